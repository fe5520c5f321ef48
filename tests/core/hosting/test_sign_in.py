"""What would keep people from signing in, told to the owner; and how long a sign-in lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.base.errors import InputError
from core.hosting import access, sign_in_setup

PROVIDER = {"client_id": "us", "client_secret": "ours", "server_metadata_url": "https://p/openid"}
SERVER = {"redirect_uri": "https://lens.example.org/oauth2callback", "cookie_secret": "s" * 32}


@pytest.fixture(autouse=True)
def authlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_setup, "version", lambda name: "1.9.10")


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        ({**PROVIDER, "cookie_secret": "s" * 32}, "[auth] redirect_uri: "),
        ({**SERVER, **PROVIDER, "redirect_uri": "https://lens.example.org"}, "/oauth2callback"),
        ({**SERVER, **PROVIDER, "redirect_uri": "https://x/oauth2callback"}, "OVERFIT_LENS_HOSTS"),
        ({**SERVER, **PROVIDER, "cookie_secret": "short"}, "[auth] cookie_secret: "),
        ({**SERVER, **PROVIDER, "client_secret": ""}, "[auth] client_secret: is missing"),
        ({**SERVER, "google": {**PROVIDER, "client_id": ""}}, "[auth.google] client_id: "),
        ({**SERVER, "my_own": PROVIDER}, "[auth.my_own]: a provider's name has no underscore"),
    ],
)
def test_each_fault_is_one_line_with_what_to_do(auth: dict[str, Any], words: str) -> None:
    (line,) = sign_in_setup.problems(auth, ["lens.example.org"])
    assert words in line and "\n" not in line


def test_without_a_provider_each_key_is_missing() -> None:
    assert len(sign_in_setup.problems(SERVER)) == 3


def test_what_is_right_is_not_complained_of() -> None:
    for auth in ({**SERVER, **PROVIDER}, {**SERVER, "google": PROVIDER, "client_kwargs": {}}):
        for hosts in ((), ("*",), ("a.example", "lens.example.org")):
            assert sign_in_setup.problems(auth, hosts) == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise sign_in_setup.PackageNotFoundError(name)

    monkeypatch.setattr(sign_in_setup, "version", version)
    assert "requirements-hosting.txt" in sign_in_setup.problems({**SERVER, **PROVIDER})[0]


def test_providers_are_asked_for_by_their_names() -> None:
    assert sign_in_setup.providers({}) == ["default"]
    assert sign_in_setup.providers({**SERVER, **PROVIDER}) == ["default"]
    assert sign_in_setup.providers({"google": {}, "okta": {}, "client_kwargs": {}}) == [
        "google",
        "okta",
    ]


@pytest.mark.parametrize("told", ["0", "-1", "1.5", "721", "week", "9" * 30])
def test_a_length_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(access.LASTS_VARIABLE, told)
    with pytest.raises(InputError, match="whole number of hours from 1 to 720"):
        access.sign_in_lasts()


def test_a_week_where_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(access.LASTS_VARIABLE, raising=False)
    assert access.sign_in_lasts() == timedelta(days=7)
