"""A process that serves one folder of runs: one at a time, detached from whoever started it.

A lock on a file in the folder, which the operating system drops when the process dies however it
dies, tells whether one is alive; the file holds its process id.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.base import demo_mode
from core.base.errors import RunError, not_written_text
from core.base.files import PROJECT_ROOT

LOCK_TRIES = 10  # a glance at the lock by another process may hold it for an instant
LOG_BYTES = 1_000_000  # a longer log begins anew
_started: dict[Path, subprocess.Popen[bytes]] = {}  # by lock; kept, so that they are reaped


class DetachedProcess:
    """The process `python -m core COMMAND --runs DIR`, its lock `COMMAND.lock` and its log."""

    def __init__(self, command: str, runs_dir: Path) -> None:
        self.command = command
        self.runs_dir = Path(runs_dir).resolve()
        self.lock = self.runs_dir / f"{command}.lock"
        self.log = self.runs_dir / f"{command}.log"

    @contextmanager
    def hold_lock(self) -> Iterator[bool]:
        """Holds the lock, in the process itself; yields False when another one has it."""
        with self._open() as file:
            mine, tries = _try_lock(file), 1
            while not mine and tries < LOCK_TRIES:
                time.sleep(0.1)
                mine, tries = _try_lock(file), tries + 1
            if mine:
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
            yield mine

    def alive(self) -> bool:
        """Whether a process holds the lock."""
        if not self.lock.is_file():
            return False
        with self.lock.open("r+" if os.access(self.lock, os.W_OK) else "r") as file:
            return not _try_lock(file, fcntl.LOCK_SH)  # of two who look none is taken for it

    def pid(self) -> int | None:
        """The process id, None where there is none."""
        try:
            return int(self.lock.read_text()) if self.alive() else None
        except (OSError, ValueError):
            return None

    def start(self) -> None:
        """Starts the process, unless one is alive or about to be. Raises RunError when the folder
        cannot be written, DemoError in a demo, whose machine has no memory left for it."""
        demo_mode.check_allowed("preview")
        if self.alive() or self.starting():
            return
        self._open().close()  # makes the folder
        long = self.log.is_file() and self.log.stat().st_size > LOG_BYTES
        with self.log.open("wb" if long else "ab") as log:
            _started[self.lock] = subprocess.Popen(
                [sys.executable, "-m", "core", self.command, "--runs", str(self.runs_dir)],
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the dashboard's terminal must not reach it
            )

    def starting(self) -> bool:
        """Whether a process was started here that has not ended; it may not hold the lock yet."""
        mine = _started.get(self.lock)
        return mine is not None and mine.poll() is None

    def exit_status(self) -> int | None:
        """The exit status of the process that was started here last, once it has ended."""
        mine = _started.get(self.lock)
        return None if mine is None else mine.poll()

    def reset(self) -> None:
        """Lets the process that was started here last, and has ended, be started again."""
        _started.pop(self.lock, None)

    def last_log_line(self) -> str:
        """The last line of its log; empty where there is none."""
        try:
            lines = self.log.read_text("utf-8", errors="replace")[-4000:].split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")[:300]

    def _open(self) -> IO[str]:
        try:
            self.runs_dir.mkdir(parents=True, exist_ok=True)
            return self.lock.open("a+")
        except OSError as error:
            raise RunError(not_written_text(self.runs_dir, error)) from None


def _try_lock(file: IO[str], operation: int = fcntl.LOCK_EX) -> bool:
    """Takes the lock if it is free; whether it was."""
    try:
        fcntl.flock(file, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
