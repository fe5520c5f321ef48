"""Waiting for a state, however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

LIMIT = 600  # seconds that only a dead process takes


def wait_for(done: Callable[[], object], words: str = "waited too long") -> None:
    """Returns once `done()` is true; fails the test with the words where it never is."""
    end = time.monotonic() + LIMIT
    while not done():
        if time.monotonic() > end:
            pytest.fail(words)
        time.sleep(0.02)
