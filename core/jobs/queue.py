"""The queue of runs and searches that wait for a worker, in one SQLite file beside the run folders.

An entry names a folder inside the runs folder: a run's id, `.lr_find/<id>` of a search,
`.rescore/<run's id>` of a finished run that is to be scored again, or `.challenge/<run's id>` of
one that is to answer the challenge's photos.

The queue only orders work; what a run is doing, and the wish to cancel it, stand in its own folder.
Any number of processes may use it at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import RunError
from core.words import mark

QUEUE_FILE = "queue.sqlite"
Move = Literal["first", "up", "down"]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    worker INTEGER
)"""


@dataclass(frozen=True)
class Entry:
    """A run or search in the queue: `worker` is the process id that has claimed it, None while it
    waits."""

    run: str
    worker: int | None


class Queue:
    """First in, first out; every method is one transaction. Raises RunError when the file cannot
    be written."""

    def __init__(self, runs_dir: Path) -> None:
        self.path = Path(runs_dir) / QUEUE_FILE

    def submit(self, run: str) -> None:
        """Puts a run at the end; a run that is queued already keeps its place."""
        with self._write() as db:
            db.execute("INSERT OR IGNORE INTO queue (run) VALUES (?)", (run,))

    def claim(self, worker: int) -> str | None:
        """Takes the first waiting run for the worker; None when nothing waits."""
        with self._write() as db:
            row = db.execute(
                "SELECT run FROM queue WHERE worker IS NULL ORDER BY position LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            db.execute("UPDATE queue SET worker = ? WHERE run = ?", (worker, row[0]))
            return str(row[0])

    def remove(self, run: str) -> None:
        """Takes a run out: it ended, or nobody wants it any more."""
        with self._write() as db:
            db.execute("DELETE FROM queue WHERE run = ?", (run,))

    def release(self, run: str) -> None:
        """Lets a claimed run wait again, in its old place."""
        with self._write() as db:
            db.execute("UPDATE queue SET worker = NULL WHERE run = ?", (run,))

    def withdraw(self, run: str) -> bool:
        """Takes a run out unless a worker has claimed it; whether it was taken out."""
        with self._write() as db:
            taken = db.execute("DELETE FROM queue WHERE run = ? AND worker IS NULL", (run,))
            return taken.rowcount > 0

    def move(self, run: str, to: Move) -> bool:
        """Moves a waiting run among those that wait; False where it does not wait any more. Who is
        first already, or last, stays."""
        with self._write() as db:
            waiting = db.execute(
                "SELECT position, run FROM queue WHERE worker IS NULL ORDER BY position"
            ).fetchall()
            order = [name for _, name in waiting]
            if run not in order:
                return False
            place = order.index(run)
            order.pop(place)
            order.insert({"first": 0, "up": max(0, place - 1), "down": place + 1}[to], run)
            # Positions are unique, also for a moment: all leave before they are given anew.
            db.execute("UPDATE queue SET position = -position WHERE worker IS NULL")
            for (position, _), name in zip(waiting, order):
                db.execute("UPDATE queue SET position = ? WHERE run = ?", (position, name))
            return True

    def entries(self) -> list[Entry]:
        """All entries, in the order in which they run."""
        if not self.path.is_file():
            return []
        with self._write() as db:
            rows = db.execute("SELECT run, worker FROM queue ORDER BY position").fetchall()
        return [Entry(run, worker) for run, worker in rows]

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            try:
                db.execute(_SCHEMA)
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            finally:
                db.close()
        except (sqlite3.OperationalError, OSError) as error:
            raise RunError(
                mark("{path}: cannot use the queue ({reason})").format(path=self.path, reason=error)
            ) from None
        except sqlite3.Error as error:
            raise RunError(
                mark(
                    "{path}: cannot use the queue ({reason}): delete the file, and "
                    "resume the runs that wait"
                ).format(path=self.path, reason=error)
            ) from None
