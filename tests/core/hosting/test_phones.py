from __future__ import annotations

import socket

import pytest

from core.hosting import phones

HOME, HERE = "192.168.0.7", "localhost"


@pytest.mark.parametrize(
    ("page_url", "server_address", "addresses", "expected"),
    [
        ("http://localhost:8501/capture", HERE, [HOME], ""),
        ("http://127.0.0.1:8501", "127.0.0.1", [HOME], ""),
        ("http://localhost:8501/capture?x=1", "0.0.0.0", [HOME], f"http://{HOME}:8501"),
        ("http://[::1]:8501/", None, [HOME], f"http://{HOME}:8501"),
        ("http://localhost:8501", "0.0.0.0", [], ""),
        ("https://lens.example.org/capture", "127.0.0.1", [HOME], "https://lens.example.org"),
        (f"http://{HOME}:8501/", "0.0.0.0", ["10.0.0.1"], f"http://{HOME}:8501"),
    ],
)
def test_the_address_for_phones(
    monkeypatch: pytest.MonkeyPatch,
    page_url: str,
    server_address: str | None,
    addresses: list[str],
    expected: str,
) -> None:
    monkeypatch.setattr(phones, "network_addresses", lambda: addresses)
    assert phones.phones_url(page_url, server_address) == expected


def test_no_address_of_the_machine_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ("here", [], ["127.0.1.1", "10.0.0.5", "10.0.0.5"])
    monkeypatch.setattr(socket, "gethostbyname_ex", lambda name: found)
    assert "10.0.0.5" in phones.network_addresses()
    assert len(set(phones.network_addresses())) == len(phones.network_addresses())
    assert not any(map(phones.is_this_machine, phones.network_addresses()))


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.2", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.168.0.9", False),
        ("192.168.0.9", False),
        ("*", False),
        ("localhost.example.org", False),
    ],
)
def test_which_host_is_this_machine(host: str, own: bool) -> None:
    assert phones.is_this_machine(host) is own


def test_the_command_and_the_link() -> None:
    assert phones.phones_command(8501).endswith("app.py --server.address 0.0.0.0")
    assert phones.phones_command(8502).endswith("--server.port 8502")
    assert phones.phone_link("http://a:1/", "code") == "http://a:1/capture/code"
    assert phones.phone_link("http://a:1", "code", "ja") == "http://a:1/capture/code?lang=ja"


def test_the_qr_code_is_a_picture_with_its_margin() -> None:
    svg = phones.qr_svg("http://192.168.0.7:8501/capture/" + "a" * 32)
    assert svg.startswith("<svg viewBox=") and 'fill="#fff"' in svg and "<?xml" not in svg
