"""Waiting for a state, however slow the machine is; and ending the processes of a test."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs.local import worker_alive, worker_pids

TIMEOUT_SECONDS = 600  # seconds that only a dead process takes


def wait_for(condition: Callable[[], object], message: str = "waited too long") -> None:
    """Returns once `done()` is true; fails the test with the words where it never is."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > end:
            pytest.fail(message)
        time.sleep(0.02)


def kill_worker(runs_dir: Path) -> None:
    """Kills the workers of this folder, if there are any, so that the test leaves none behind."""
    for pid in worker_pids(runs_dir):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not worker_alive(runs_dir))


def worker_pid(runs_dir: Path) -> int | None:
    """The process of the first worker of this folder, None where there is none."""
    return next(iter(worker_pids(runs_dir)), None)
