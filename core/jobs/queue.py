"""The queue of runs and searches that wait for a worker, in one SQLite file beside the run folders.

An entry names a folder inside the runs folder: a run's id, `.lr_find/<id>` of a search,
`.rescore/<run's id>` of a finished run that is to be scored again, or `.challenge/<run's id>` of
one that is to answer the challenge's photos. Of a visitor's runs (core.store.visitors) it begins
with their folder, `.visitors/<mark>/`; a `Queue` of that folder sees and changes those alone.

The queue only orders work; what a run is doing, and the wish to cancel it, stand in its own folder.
Any number of processes may use it at once.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.base.errors import RunError
from core.base.language import N_
from core.hosting.limits import check_queue_limits
from core.store.run import Run
from core.store.visitors import (
    address_group,
    entry_prefix,
    keep_address_group,
    shared_root_of,
    split_entry,
)

QUEUE_FILE = "queue.sqlite"
Move = Literal["first", "up", "down"]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    worker INTEGER
)"""
# Of what waits: runs, and what is done in seconds beside them (searches, rescorings, trials).
_KINDS = {
    "all": "1",
    "runs": "run NOT GLOB '.[^v]*' AND run NOT GLOB '.visitors/*/.*'",
    "others": "(run GLOB '.[^v]*' OR run GLOB '.visitors/*/.*')",
}
Kind = Literal["all", "runs", "others"]


@dataclass(frozen=True)
class Entry:
    """A run or search in the queue: `worker` is the process id that has claimed it, None while it
    waits."""

    work_id: str
    worker_pid: int | None


@dataclass(frozen=True)
class QueuePosition:
    """A place in everybody's queue: how many entries are before it, and how many there are."""

    ahead: int
    total: int


class Queue:
    """First in, first out; every method is one transaction. Raises RunError when the file cannot
    be written."""

    def __init__(self, runs_dir: Path) -> None:
        self.path = shared_root_of(runs_dir) / QUEUE_FILE
        self._runs_dir, self._own_prefix = Path(runs_dir), entry_prefix(runs_dir)

    def submit(self, work_id: str) -> None:
        """Puts a run at the end; a run that is queued already keeps its place. Raises DemoError
        where a visitor has one in the queue, or it is full."""
        with self._transaction() as db:
            name = (self._own_prefix + work_id,)
            if db.execute("SELECT 1 FROM queue WHERE run = ?", name).fetchone():
                return
            if self._own_prefix:
                self._check_limits(self._all_entries(db))
                keep_address_group(self._runs_dir)
            db.execute("INSERT INTO queue (run) VALUES (?)", name)

    def check_capacity(self) -> None:
        """Raises DemoError where `submit` of another run would."""
        if self._own_prefix:
            with self._transaction() as db:
                entries = self._all_entries(db)
            self._check_limits(entries)

    def claim(self, worker_pid: int, kind: Kind = "all") -> str | None:
        """Takes the first waiting entry of that kind for the worker; None when none waits. Of
        several workers that ask at once each gets another."""
        first = (
            "SELECT position FROM queue WHERE worker IS NULL AND substr(run, 1, ?) = ?"
            f" AND {_KINDS[kind]} ORDER BY position LIMIT 1"
        )
        found = self._execute(
            f"UPDATE queue SET worker = ? WHERE position = ({first}) RETURNING run",
            *(worker_pid, len(self._own_prefix), self._own_prefix),
        )
        return str(found[0][0]).removeprefix(self._own_prefix) if found else None

    def adopt(self, work_id: str, worker_pid: int) -> None:
        """Gives what a process that has ended had claimed to another one."""
        self._execute(
            "INSERT INTO queue (run, worker) VALUES (?, ?)"
            " ON CONFLICT (run) DO UPDATE SET worker = excluded.worker",
            *(self._own_prefix + work_id, worker_pid),
        )

    def remove(self, work_id: str) -> None:
        """Takes a run out, whoever has claimed it: nobody wants it any more."""
        self._execute("DELETE FROM queue WHERE run = ?", self._own_prefix + work_id)

    def finish(self, work_id: str, worker_pid: int) -> None:
        """Takes out what the worker had claimed: it ended. One that was queued anew since stays."""
        mine = (self._own_prefix + work_id, worker_pid)
        self._execute("DELETE FROM queue WHERE run = ? AND worker = ?", *mine)

    def release(self, work_id: str, worker_pid: int) -> None:
        """Lets a run that the worker had claimed wait again, in its old place."""
        mine = (self._own_prefix + work_id, worker_pid)
        self._execute("UPDATE queue SET worker = NULL WHERE run = ? AND worker = ?", *mine)

    def remove_unclaimed(self, work_id: str) -> bool:
        """Takes a run out unless a worker has claimed it; whether it was taken out."""
        sql = "DELETE FROM queue WHERE run = ? AND worker IS NULL RETURNING run"
        return bool(self._execute(sql, self._own_prefix + work_id))

    def move(self, work_id: str, to: Move) -> bool:
        """Moves a waiting run among those that wait; False where it does not wait any more. Who is
        first already, or last, stays."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT position, run FROM queue WHERE worker IS NULL ORDER BY position"
            ).fetchall()
            waiting = [(place, name) for place, name in rows if name.startswith(self._own_prefix)]
            order = [name.removeprefix(self._own_prefix) for _, name in waiting]
            if work_id not in order:
                return False
            place = order.index(work_id)
            order.pop(place)
            order.insert({"first": 0, "up": max(0, place - 1), "down": place + 1}[to], work_id)
            # Positions are unique, also for a moment: all leave before they are given anew.
            update = "UPDATE queue SET position = ? WHERE run = ?"
            db.executemany(update, [(-position, name) for position, name in waiting])
            names = (self._own_prefix + name for name in order)
            db.executemany(update, [(old, name) for (old, _), name in zip(waiting, names)])
            return True

    def entries(self) -> list[Entry]:
        """All entries, in the order in which they run; a folder that cannot be written is read."""
        if not self.path.is_file():
            return []
        with self._connect() as db:
            if not db.execute("SELECT name FROM sqlite_master WHERE name = 'queue'").fetchall():
                return []  # another process is making it
            found = self._all_entries(db)
        return [
            Entry(entry.work_id.removeprefix(self._own_prefix), entry.worker_pid)
            for entry in found
            if entry.work_id.startswith(self._own_prefix)
        ]

    def position(self) -> QueuePosition | None:
        """Where the first entry stands among everybody's; None where there is none."""
        if not self.path.is_file():
            return None
        with self._transaction() as db:
            # Who is under way stands first, whenever it came.
            line = sorted(self._all_entries(db), key=lambda entry: entry.worker_pid is None)
        for before, entry in enumerate(line):
            if entry.work_id.startswith(self._own_prefix):
                return QueuePosition(before, len(line))
        return None

    def length(self) -> int:
        """How many wait or are under way, everybody's."""
        if not self.path.is_file():
            return 0
        return int(self._execute("SELECT count(*) FROM queue")[0][0])

    def _check_limits(self, entries: Sequence[Entry]) -> None:
        group = address_group(self._runs_dir)
        live = [entry.work_id for entry in entries if group and not self._has_ended(entry.work_id)]
        places = [split_entry(self.path.parent, name)[0] for name in live]
        neighbours = sum(address_group(place) == group for place in places)
        own = [e.work_id for e in entries if e.work_id.startswith(self._own_prefix)]
        # The worker has a little to do after a run's end.
        active = sum(not self._has_ended(work_id) for work_id in own)
        check_queue_limits(active, len(entries), neighbours)

    def _has_ended(self, work_id: str) -> bool:
        with suppress(RunError):
            return Run(self.path.parent / work_id).status().ended
        return True  # deleted, or damaged

    def _all_entries(self, db: sqlite3.Connection) -> list[Entry]:
        rows = db.execute("SELECT run, worker FROM queue ORDER BY position").fetchall()
        return [Entry(run, worker) for run, worker in rows]

    def _execute(self, sql: str, *values: object) -> list[Any]:
        """The rows of one statement, in a transaction of its own."""
        with self._transaction() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connect() as db:
            db.execute(_SCHEMA)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as db:
                yield db
        except (sqlite3.OperationalError, OSError) as error:
            told = N_("{path}: cannot use the queue ({reason})")
            raise RunError(told.format(path=self.path, reason=error)) from None
        except sqlite3.Error as error:
            told = N_(
                "{path}: cannot use the queue ({reason}); delete the file and resume the "
                "queued runs"
            )
            raise RunError(told.format(path=self.path, reason=error)) from None
