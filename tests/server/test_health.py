"""What the server says of itself: to whoever watches it, and to its owner when it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from core.jobs.resources import Capacity
from server import health
from tests.server.test_request_checks import AUTH

ENOUGH = Capacity(8_000_000_000, 16_000_000_000)


@pytest.fixture(autouse=True)
def machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: dict[str, Any]
) -> dict[str, Any]:
    """A machine with enough of everything, on which nobody signs in."""
    options["server.allowedHosts"] = ["localhost", "lens.example.org"]
    found: dict[str, Any] = {"disk": ENOUGH, "memory": ENOUGH, "auth": {}}
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(tmp_path))
    monkeypatch.setattr(health.resources, "disk", lambda root: found["disk"])
    monkeypatch.setattr(health.resources, "memory", lambda: found["memory"])
    monkeypatch.setattr(health, "get_secrets_auth_section", lambda: found["auth"])
    monkeypatch.setattr(health.sign_in_setup, "version", lambda name: "1.9.10")
    return found


def test_it_lives_and_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").json() == {"ready": True, "lacking": []}


@pytest.mark.parametrize(
    ("name", "capacity", "lacking", "words"),
    [
        ("disk", Capacity(1_000_000, 10**12), "disk", "free some"),
        ("memory", Capacity(1_000_000, 10**12), "memory", "raise the limit"),
        ("memory", Capacity(900_000_000, 1_000_000_000), "worker", "1.0 GB of memory are too few"),
    ],
)
def test_what_is_lacking_is_said(
    client: TestClient,
    machine: dict[str, Any],
    name: str,
    capacity: Capacity,
    lacking: str,
    words: str,
) -> None:
    machine[name] = capacity
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["lacking"] == [lacking]
    (line,) = health.start_problems()
    assert words in line and "\n" not in line


def test_a_small_machine_is_ready_where_nobody_trains(
    client: TestClient, machine: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine["memory"] = Capacity(900_000_000, 1_000_000_000)
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    monkeypatch.setenv("OVERFIT_LENS_TRAINING", "off")
    assert client.get("/readyz").status_code == 200
    assert health.start_problems() == []


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERFIT_LENS_RUNS", str(tmp_path / "runs"))
    assert health.start_problems() == []  # it is made when somebody trains
    monkeypatch.setattr(health.os, "access", lambda place, mode: place != tmp_path)
    assert "cannot be written" in health.start_problems()[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OVERFIT_LENS_MODE", "dmeo"),
        ("OVERFIT_LENS_FRAMES", "huggingface.co"),
        ("OVERFIT_LENS_SIGN_IN_HOURS", "0"),
        ("OVERFIT_LENS_SIGN_IN_HOURS", "721"),
        ("OVERFIT_LENS_ALLOW", "example.org"),
    ],
)
def test_a_mistyped_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, machine: dict[str, Any], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    machine["auth"] = AUTH if name == "OVERFIT_LENS_ALLOW" else {}
    assert [name in line for line in health.start_problems()] == [True]


def test_signing_in_takes_a_list_and_a_provider(
    monkeypatch: pytest.MonkeyPatch, machine: dict[str, Any]
) -> None:
    machine["auth"] = AUTH
    assert "lets nobody in; set it" in health.start_problems()[-1]
    monkeypatch.setenv("OVERFIT_LENS_ALLOW", "ann@example.org")
    assert health.start_problems() == []
    machine["auth"] = {}
    assert "without [auth]" in health.start_problems()[0]
