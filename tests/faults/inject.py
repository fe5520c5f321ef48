"""Faults at the operations on files: a process that is killed, or meets a full or read-only disk,
just before the n-th operation of a name.

Python tells an audit hook of every file that it opens, renames, makes or deletes; `os.fsync` and
what SQLite is told are watched besides. So the code under test has no word of faults in it, and a
new file of a run is a new point by itself. A point's name is the operation and the file, as
`rename RUN/status.json`; ids, hashes and process numbers are made alike.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import sqlite3
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from core.base.errors import InputError

FaultKind = Literal["kill", "half", "full", "read-only"]
Ending = Literal["done", "told", "killed", "broke"]

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
SPACE_OPERATIONS = (
    "make",
    "write",
    "mkdir",
    "db",
)  # what a full disk refuses; the rest it can still do
_PATH_PATTERNS = (
    (re.compile(r"\d{8}-\d{6}-[a-z0-9-]+"), "RUN"),
    (re.compile(r"[0-9a-f]{24,64}"), "#"),
    (re.compile(r"\.[0-9a-f]{8}\.tmp"), ".tmp"),
)


@dataclass(frozen=True)
class InjectionPoint:
    """The moment just before an operation: its name, and the how-manieth of that name (from 1)."""

    name: str
    number: int

    def __str__(self) -> str:
        return self.name if self.number == 1 else f"{self.name} ({self.number})"


@dataclass(frozen=True)
class Fault:
    """What happens at a point. kill: SIGKILL. half: SIGKILL when half of a file is written. full,
    read-only: from there on the disk takes nothing more, or no change at all."""

    kind: FaultKind
    point: InjectionPoint

    def __str__(self) -> str:
        return f"{self.kind} at {self.point}"


@dataclass(frozen=True)
class Outcome:
    """How a process ended: well, with one line for the user, by SIGKILL, or in any other way; what
    it said; the points that it passed; and whether the fault was reached."""

    ending: Ending
    message: str
    points: tuple[InjectionPoint, ...]
    fault_triggered: bool


class OperationMonitor:
    """Watches this process from now on, for good: only for processes that were forked for it."""

    def __init__(self, root: Path, fault: Fault | None) -> None:
        self.root, self.fault = f"{root.resolve()}{os.sep}", fault
        self.points: list[InjectionPoint] = []
        self._counts: Counter[str] = Counter()
        self.fault_triggered = False
        sys.addaudithook(self._audit_hook)
        self._fsync = os.fsync
        os.fsync = self._on_fsync
        _monitor_sqlite(self)

    def _audit_hook(self, event: str, found: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = found
            if flags & _WRITE_FLAGS and not isinstance(path, int):
                self.record_operation("open" if os.path.exists(path) else "make", path)  # noqa: PTH110
        elif event == "os.rename":
            self.record_operation("rename", found[1], found[3])
        elif event == "os.remove":
            self.record_operation("delete", *found[:2])
        elif event == "os.mkdir":
            self.record_operation("mkdir", found[0], found[2])
        elif event == "os.rmdir":
            self.record_operation("rmdir", *found[:2])

    def _on_fsync(self, file: int) -> None:
        path = os.readlink(f"/proc/self/fd/{file}")  # noqa: PTH115
        self.record_operation("write", path, truncate_fd=file)
        self._fsync(file)

    def record_operation(
        self, operation: str, path: Any, dir_fd: int = -1, truncate_fd: int = -1
    ) -> None:
        """Notes the point, and does what is to happen there."""
        full = os.path.abspath(os.path.join(_dir_path(dir_fd), os.fsdecode(path)))  # noqa: PTH100, PTH118
        if not full.startswith(self.root):
            return
        name = f"{operation} {normalise_path(full.removeprefix(self.root))}"
        self._counts[name] += 1
        point = InjectionPoint(name, self._counts[name])
        self.points.append(point)
        if self.fault is None:
            return
        if point == self.fault.point:
            self.fault_triggered = True
            if self.fault.kind == "half" and truncate_fd >= 0:
                os.ftruncate(truncate_fd, os.fstat(truncate_fd).st_size // 2)
            if self.fault.kind in ("kill", "half"):
                os.kill(os.getpid(), signal.SIGKILL)
        if self.fault_triggered and (
            self.fault.kind == "read-only" or operation in SPACE_OPERATIONS
        ):
            _raise_disk_error(self.fault.kind, operation, full)


def normalise_path(path: str) -> str:
    """The path without what differs between two lives of the same kind."""
    for what, word in _PATH_PATTERNS:
        path = what.sub(word, path)
    return path


def _dir_path(dir_fd: int) -> str:
    """The folder that a relative path begins at."""
    return os.getcwd() if dir_fd < 0 else os.readlink(f"/proc/self/fd/{dir_fd}")  # noqa: PTH109, PTH115


def _raise_disk_error(kind: FaultKind, operation: str, path: str) -> NoReturn:
    if operation == "db":
        full = kind == "full"
        raise sqlite3.OperationalError(
            "database or disk is full" if full else "attempt to write a readonly database"
        )
    number = errno.ENOSPC if kind == "full" else errno.EROFS
    raise OSError(number, os.strerror(number), path)


def _monitor_sqlite(watch: OperationMonitor) -> None:
    connect = sqlite3.connect

    class Watched(sqlite3.Connection):
        path = ""

        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            self._tell(sql)
            return super().execute(sql, *rest)

        def executemany(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            self._tell(sql)
            return super().executemany(sql, *rest)

        def _tell(self, sql: str) -> None:
            word = sql.split()[0]
            if word not in ("SELECT", "CREATE", "PRAGMA"):
                watch.record_operation("db", f"{self.path}:{word}")

    def watched(path: Any, *rest: Any, **options: Any) -> sqlite3.Connection:
        db = connect(path, *rest, **options, factory=Watched)
        db.path = os.fsdecode(path)
        return db

    sqlite3.connect = watched  # type: ignore[assignment]


def run_in_fork(action: Callable[[], object], root: Path, fault: Fault | None = None) -> Outcome:
    """Does it in a forked process, with a fault or without."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_monitored(action, root, fault, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Outcome("killed", f"signal {os.WTERMSIG(status)}", (), fault_triggered=True)
    words, struck, listed = said.split("\0")
    points = tuple(
        InjectionPoint(name, int(number))
        for number, name in (line.split(" ", 1) for line in listed.splitlines())
    )
    endings: dict[int, Ending] = {0: "done", 2: "told"}
    return Outcome(endings.get(os.WEXITSTATUS(status), "broke"), words, points, bool(struck))


def _run_monitored(
    action: Callable[[], object], root: Path, fault: Fault | None, write_fd: int
) -> NoReturn:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    watch = OperationMonitor(root, fault)
    status, said = 0, ""
    try:
        action()
    except InputError as error:
        status, said = 2, str(error)
    except BaseException:
        status, said = 1, traceback.format_exc()
    listed = "\n".join(f"{point.number} {point.name}" for point in watch.points)
    with os.fdopen(write_fd, "w", encoding="utf-8") as file:
        file.write(f"{said}\0{'struck' if watch.fault_triggered else ''}\0{listed}")
    os._exit(status)
