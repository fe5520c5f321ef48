"""A process that serves one folder of runs: one at a time, detached from whoever started it.

A lock on a file in the folder, which the operating system drops when the process dies however it
dies, tells whether one is alive; the file holds its process id.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.base import demo_mode, files
from core.base.errors import naming_os_errors
from core.base.files import PROJECT_ROOT

LOG_BYTES = 1_000_000  # a longer log begins anew
_started: dict[Path, subprocess.Popen[bytes]] = {}  # by lock; kept, so that they are reaped


def start_detached(command: str, runs_dir: Path, mode: str = "ab") -> subprocess.Popen[bytes]:
    """Starts `python -m core COMMAND --runs DIR`; what it prints goes to COMMAND.log there, opened
    in that mode."""
    with (runs_dir / f"{command}.log").open(mode) as log:
        return subprocess.Popen(
            [sys.executable, "-m", "core", command, "--runs", str(runs_dir)],
            cwd=PROJECT_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C in the dashboard's terminal must not reach it
        )


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
        self._make_folder()
        with files.hold_lock(self.lock) as mine:
            yield mine

    def alive(self) -> bool:
        """Whether a process holds the lock."""
        return files.is_locked(self.lock)

    def pid(self) -> int | None:
        """The process id, None where there is none."""
        return files.lock_holder(self.lock)

    def start(self) -> None:
        """Starts the process, unless one is alive or about to be. Raises RunError when the folder
        cannot be written, DemoError in a demo, whose machine has no memory left for it."""
        demo_mode.check_allowed("preview")
        if self.alive() or self.starting():
            return
        self._make_folder()
        long = self.log.is_file() and self.log.stat().st_size > LOG_BYTES
        mode = "wb" if long else "ab"
        _started[self.lock] = start_detached(self.command, self.runs_dir, mode)

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

    def _make_folder(self) -> None:
        with naming_os_errors(self.runs_dir):
            self.runs_dir.mkdir(parents=True, exist_ok=True)
            self.lock.open("a").close()
