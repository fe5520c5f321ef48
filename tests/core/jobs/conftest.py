"""What the tests of jobs share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.jobs import local, stop_worker
from core.jobs.preview import client, server
from tests.waiting import TIMEOUT_SECONDS


@pytest.fixture(autouse=True)
def long_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the product gives up after some seconds, it gives up late here."""
    for module, name in (
        (client, "START_SECONDS"),
        (client, "ANSWER_SECONDS"),
        (stop_worker, "GRACE_SECONDS"),
        (server, "READ_SECONDS"),
        (server, "WORK_SECONDS"),
    ):
        monkeypatch.setattr(module, name, TIMEOUT_SECONDS)


@pytest.fixture(autouse=True)
def kill_started_workers() -> Iterator[None]:
    """No worker that a test has started outlives it, also one that has not come up yet."""
    yield
    for _, process in local._started:
        process.kill()
        process.wait()
    local._started.clear()


@pytest.fixture(autouse=True)
def warm_unless_cold(request: pytest.FixtureRequest) -> None:
    """Processes start warm, but in tests that are marked `cold`."""
    if not request.node.get_closest_marker("cold"):
        request.getfixturevalue("warm_starts")
