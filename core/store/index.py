"""A SQLite index of the run folders, so that tables of many runs are quick.

It only mirrors: each look compares the folders' time stamps and reads again what changed, so it can
be deleted at any time. A damaged index is made anew.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import InputError, RunError
from core.recipe import Recipe
from core.recipe_file import recipe_dict, recipe_from
from core.store.run import Run, Status, find_runs

INDEX_FILE = "index.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, stamp TEXT NOT NULL, row TEXT NOT NULL
)"""


@dataclass(frozen=True)
class RunRow:
    """A run in a table. `summary` is None until the run is evaluated; `problem` tells why a folder
    cannot be read (its other fields are then empty). `photos` is a fingerprint of all photos of the
    data set and of the training labels, empty until the run has read them."""

    id: str
    name: str
    status: Status
    recipe: dict[str, Any]
    data: str
    summary: dict[str, Any] | None
    problem: str | None = None
    data_path: str = ""
    photos: str = ""

    def number(self, *keys: str) -> float | None:
        """A number of the summary, by its keys; None when it is not there."""
        found: Any = self.summary
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return float(found) if isinstance(found, int | float) else None


_FIELDS = hashlib.sha256(",".join(field.name for field in fields(RunRow)).encode()).hexdigest()[:8]


class RunIndex:
    """The runs of a folder, newest first."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = Path(runs_dir)

    def rows(self) -> list[RunRow]:
        """All runs, newest first, as they are now."""
        if not self.runs_dir.is_dir():
            return []
        runs = find_runs(self.runs_dir)
        stamps = {run.id: _stamp(run) for run in runs}
        try:
            with closing(self._connect()) as db:
                return self._synced(db, runs, stamps)
        except sqlite3.OperationalError:
            # A read-only folder, or a lock held too long: the folders still tell everything.
            return [_read_row(run) for run in runs]
        except (sqlite3.DatabaseError, ValueError, TypeError, KeyError):
            with suppress(OSError):
                (self.runs_dir / INDEX_FILE).unlink(missing_ok=True)
            return [_read_row(run) for run in runs]

    def rebuild(self) -> list[RunRow]:
        """Forgets what it knows and reads every folder again; all runs, newest first."""
        if self.runs_dir.is_dir():
            try:
                (self.runs_dir / INDEX_FILE).unlink(missing_ok=True)
            except OSError as error:
                raise RunError(
                    f"{self.runs_dir / INDEX_FILE}: cannot be written ({error.strerror})"
                ) from None
        return self.rows()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.runs_dir / INDEX_FILE, timeout=5)
        db.execute(_SCHEMA)
        return db

    def _synced(
        self, db: sqlite3.Connection, runs: list[Run], stamps: dict[str, str]
    ) -> list[RunRow]:
        known = {id_: (stamp, row) for id_, stamp, row in db.execute("SELECT * FROM runs")}
        rows, changed = [], []
        for run in runs:
            stamp, text = known.get(run.id, ("", ""))
            if stamp == stamps[run.id]:
                rows.append(_row_from(json.loads(text)))
            else:
                rows.append(_read_row(run))
                changed.append((run.id, stamps[run.id], json.dumps(asdict(rows[-1]))))
        gone = [(id_,) for id_ in known.keys() - stamps.keys()]
        if changed or gone:
            with db:
                db.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", changed)
                db.executemany("DELETE FROM runs WHERE id = ?", gone)
        return rows


def _stamp(run: Run) -> str:
    """Changes whenever a file that a row is read from is replaced, or a row gets other fields."""
    marks = [_FIELDS]
    for name in ("status.json", "summary.json", "recipe.yaml", "environment.json"):
        try:
            stat = (run.path / name).stat()
            marks.append(f"{stat.st_mtime_ns}.{stat.st_size}.{stat.st_ino}")
        except OSError:
            marks.append("-")
    return " ".join(marks)


def _read_row(run: Run) -> RunRow:
    try:
        recipe: Recipe = run.recipe()
        data = run.environment()["data"]
        return RunRow(
            id=run.id,
            name=recipe.name,
            status=run.status(),
            recipe=recipe_dict(recipe),
            data=run.data_dir().name,
            summary=run.summary(),
            data_path=str(data["path"]),
            photos=photos_mark(data.get("fingerprints")),
        )
    except (InputError, KeyError, TypeError, AttributeError) as error:
        empty = recipe_dict(recipe_from({}))
        failed = Status(state="failed", error=str(error))
        return RunRow(run.id, run.id, failed, empty, "", None, problem=str(error))


def photos_mark(fingerprints: dict[str, Any] | None) -> str:
    """One short text for the fingerprints of the training photos and of every test set's photos;
    labels and boxes of test sets do not count, so labelling one parts no group."""
    if not fingerprints:
        return ""
    tests = sorted((name, prints["photos"]) for name, prints in fingerprints["test_sets"].items())
    return hashlib.sha256(repr((fingerprints["train"], tests)).encode()).hexdigest()[:16]


def _row_from(data: dict[str, Any]) -> RunRow:
    return RunRow(**{**data, "status": Status(**data["status"])})
