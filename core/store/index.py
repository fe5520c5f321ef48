"""A SQLite index of the run folders, so that tables of many runs are quick.

It only mirrors: each look compares the files' time stamps and reads again what changed, so it can
be deleted at any time. A damaged index is made anew. A `RunIndex` that is kept remembers the rows
too, so that a further look costs a thousand runs' time stamps and no more; threads may share it.
"""

import hashlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from core.base.errors import InputError, naming_os_errors
from core.base.files import quick_fingerprint
from core.base.language import _
from core.recipe.batch import recipe_without_name
from core.recipe.files import recipe_dict, recipe_from_dict
from core.recipe.schema import Recipe
from core.store.annotations import ANNOTATIONS_FILE, Annotations, read_annotations
from core.store.examples import examples_dir, examples_hidden, is_example
from core.store.fields import read_field_values
from core.store.provenance import PROVENANCE_FOLDER as ARRIVALS
from core.store.provenance import read_provenance
from core.store.run import Run
from core.store.status import Status

INDEX_FILE = "index.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, stamp TEXT NOT NULL, row TEXT NOT NULL
)"""
# And status.json.
_ROW_FILES = ("summary.json", "recipe.yaml", "environment.json", ANNOTATIONS_FILE)


@dataclass(frozen=True)
class RunRow:
    """A run in a table. `name` is the display name; `summary` is None until the run is evaluated;
    `problem` tells why a folder cannot be read (its other fields are then empty). `photos` is a
    fingerprint of all photos of the data set and of the training labels, empty until the run has
    read them. `came_from`: who sent it, of a run that was not trained here; where its photos are
    not here, `data_path` is no folder but tells whose they are. `unconfirmed`: as of Run. `stamp`:
    changes whenever a file that the row is read from does."""

    id: str
    name: str
    status: Status
    recipe: dict[str, Any]
    data: str
    summary: dict[str, Any] | None
    problem: str | None = None
    data_path: str = ""
    photos: str = ""
    starred: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    came_from: str = ""
    unconfirmed: str = ""
    stamp: str = ""

    @property
    def example(self) -> bool:
        """Whether it came with the project and stays as it is (core.store.examples)."""
        return is_example(self.id)

    @property
    def photos_missing(self) -> bool:
        """Whether it came from elsewhere and its photos are not here."""
        return bool(self.came_from) and not Path(self.data_path).is_absolute()

    @property
    def title(self) -> str:
        """The name as it is shown: an example says that it is one."""
        return _("{name} (example)", name=self.name) if self.example else self.name

    def summary_value(self, *keys: str) -> float | None:
        """A number of the summary, by its keys; None when it is not there."""
        found: Any = self.summary
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return float(found) if isinstance(found, int | float) else None

    @cached_property
    def recipe_identity(self) -> str:
        """What decides the run apart from its photos, seed and fold, as one text."""
        recipe = {key: value for key, value in self.recipe.items() if key not in ("name", "seed")}
        recipe["split"] = {key: value for key, value in recipe["split"].items() if key != "fold"}
        return json.dumps(recipe, sort_keys=True)

    @cached_property
    def field_values(self) -> dict[str, Any]:
        """Everything that the run can be searched, grouped and sorted by (core.store.fields)."""
        return read_field_values(self)


_FIELDS = hashlib.sha256(",".join(field.name for field in fields(RunRow)).encode()).hexdigest()[:8]
_VERSIONS = count(1)  # of all indexes, so that one that is made anew never repeats a number


class RunIndex:
    """The runs of a folder, newest first. examples: the folder is that of the example runs
    (core.store.examples): only those are listed, and nothing is written there."""

    def __init__(self, runs_dir: Path, examples: bool = False) -> None:
        self.runs_dir = Path(runs_dir)
        self._examples = examples
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[str, RunRow]] | None = None
        self._refreshed_at = float("-inf")
        self._version = 0

    def rows(self) -> list[RunRow]:
        """All runs, newest first, as they are now."""
        return self.snapshot()[1]

    def snapshot(self) -> tuple[int, list[RunRow]]:
        """The same, after their `version`."""
        with self._lock:
            rows = [row for __, row in self._refresh().values()]
            return self._version, rows

    def version(self, at_most_old: float = 0) -> int:
        """A number that grows whenever the rows change, within this process. `at_most_old`: a look
        that was taken so many seconds ago or later, for whomever, is good enough."""
        with self._lock:
            if time.monotonic() - self._refreshed_at > at_most_old:
                self._refresh()
            return self._version

    def rebuild(self) -> list[RunRow]:
        """Forgets what it knows and reads every folder again; all runs, newest first."""
        if self.runs_dir.is_dir() and not self._examples:
            with naming_os_errors(self.runs_dir / INDEX_FILE):
                self._delete()
        self._entries = None
        return self.rows()

    def _refresh(self) -> dict[str, tuple[str, RunRow]]:
        """Stamp and row of each run, after reading again what has changed."""
        stamps = _stamps(self.runs_dir, self._examples)
        before = self._load_file() if self._entries is None else self._entries
        found, changed = {}, []
        for id_, stamp in stamps.items():
            known = before.get(id_)
            if known is None or known[0] != stamp:
                known = stamp, replace(read_row(Run(self.runs_dir / id_)), stamp=stamp)
                changed.append(id_)
            found[id_] = known
        gone = before.keys() - found.keys()
        if changed or gone or self._entries is None:
            self._version = next(_VERSIONS)
            self._entries = found
            self._update_file({id_: found[id_] for id_ in changed}, list(gone))
        self._refreshed_at = time.monotonic()
        return self._entries or {}

    def _load_file(self) -> dict[str, tuple[str, RunRow]]:
        """What the file knows; nothing where it is damaged (it is then deleted) or locked."""
        if self._examples:
            return {}
        try:
            with closing(self._connect()) as db:
                found = db.execute("SELECT id, stamp, row FROM runs").fetchall()
            return {
                id_: (stamp, _row_from(json.loads(text)))
                for id_, stamp, text in found
                if stamp.startswith(_FIELDS)
            }
        except sqlite3.OperationalError:
            return {}
        except (sqlite3.DatabaseError, ValueError, TypeError, KeyError):
            self._drop()
            return {}

    def _update_file(self, changed: dict[str, tuple[str, RunRow]], deleted: list[str]) -> None:
        """Writes what has changed into the file. A read-only folder, or a lock held too long, does
        no harm: the folders still tell everything."""
        lines = [(id_, stamp, json.dumps(asdict(row))) for id_, (stamp, row) in changed.items()]
        if self._examples or not (lines or deleted):
            return
        try:
            with closing(self._connect()) as db, db:
                db.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", lines)
                db.executemany("DELETE FROM runs WHERE id = ?", [(id_,) for id_ in deleted])
        except sqlite3.OperationalError:
            pass
        except sqlite3.DatabaseError:
            self._drop()

    def _drop(self) -> None:
        with suppress(OSError):
            self._delete()

    def _delete(self) -> None:
        """With what a killed process was about to change: SQLite would put that into the next."""
        for name in (f"{INDEX_FILE}-journal", INDEX_FILE):
            (self.runs_dir / name).unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.runs_dir / INDEX_FILE, timeout=5)
        db.execute(_SCHEMA)
        return db


def _stamps(runs_dir: Path, examples: bool) -> dict[str, str]:
    """By the id of each run, newest first: a text that changes whenever a file that a row is read
    from is replaced, or a row gets other fields. Plain paths: this is done every second or two."""
    try:
        with os.scandir(runs_dir) as entries:
            names = sorted((e.name for e in entries if e.name[0] != "."), reverse=True)
    except OSError:
        return {}
    notes = f"{runs_dir}{os.sep}{ARRIVALS}{os.sep}"
    arrived: set[str] = set()
    with suppress(OSError):
        arrived.update(os.listdir(notes))  # noqa: PTH208
    found = {}
    for name in names:
        if is_example(name) != examples:
            continue
        folder = f"{runs_dir}{os.sep}{name}{os.sep}"
        if (first := quick_fingerprint(f"{folder}status.json")) != "-":
            marks = [_FIELDS, first, *(quick_fingerprint(folder + file) for file in _ROW_FILES)]
            if (note := f"{name}.json") in arrived:
                marks.append(quick_fingerprint(notes + note))
            found[name] = " ".join(marks)
    return found


def read_row(run: Run) -> RunRow:
    """The row of one run, from its folder."""
    try:
        said = read_annotations(run)
    except InputError:
        said = Annotations()  # hides no result; where they are changed, the damage is told
    try:
        recipe: Recipe = run.recipe()
        data = run.environment()["data"]
        arrival = read_provenance(run.path.parent, run.id)
        place = str(run.data_dir()) if arrival is None or arrival.data else ""
        return RunRow(
            id=run.id,
            name=said.name or recipe.name,
            status=run.status(),
            recipe=recipe_dict(recipe),
            data=Path(place or str(data["path"])).name,
            summary=run.summary(),
            data_path=place or f"{arrival and arrival.sender}: {data['path']}",
            photos=photos_fingerprint(data.get("fingerprints")),
            starred=said.starred,
            tags=said.tags,
            note=said.note,
            came_from=arrival.sender_text if arrival else "",
            unconfirmed=arrival.unconfirmed if arrival else "",
        )
    except InputError as error:
        empty = recipe_dict(recipe_from_dict({}))
        failed = Status(state="failed", error=str(error))
        return RunRow(run.id, run.id, failed, empty, "", None, problem=str(error))


def photos_fingerprint(fingerprints: dict[str, Any] | None) -> str:
    """One short text for the fingerprints of the training photos and of every test set's photos;
    labels and boxes of test sets do not count, so labelling one parts no group."""
    if not fingerprints:
        return ""
    tests = sorted((name, prints["photos"]) for name, prints in fingerprints["test_sets"].items())
    return hashlib.sha256(repr((fingerprints["train"], tests)).encode()).hexdigest()[:16]


def _row_from(data: dict[str, Any]) -> RunRow:
    status, tags = Status(**data["status"]), tuple(data["tags"])
    return RunRow(**{**data, "status": status, "tags": tags})


class AllRuns:
    """The runs of a folder, newest first, then the examples. Threads may share it, as RunIndex.
    examples: their index, where several folders of runs share it."""

    def __init__(self, runs_dir: Path, examples: RunIndex | None = None) -> None:
        self.runs_dir = Path(runs_dir)
        self._own = RunIndex(runs_dir)
        self._examples = examples or RunIndex(examples_dir(), examples=True)

    def rows(self, include_hidden: bool = False) -> list[RunRow]:
        """All of them; the examples not where they are hidden, unless `include_hidden`."""
        return self.snapshot(include_hidden)[1]

    def snapshot(self, include_hidden: bool = False) -> tuple[int, list[RunRow]]:
        """The same, after their `version`."""
        version, rows = self._own.snapshot()
        if examples_hidden(self.runs_dir) and not include_hidden:
            return _joint(version, self._examples.version(), hidden=True), rows
        examples, found = self._examples.snapshot()
        return _joint(version, examples, hidden=False), [*rows, *found]

    def examples(self) -> list[RunRow]:
        """The examples, hidden or not."""
        return self._examples.rows()

    def version(self, at_most_old: float = 0, include_hidden: bool = False) -> int:
        """A number that changes whenever the rows do, as RunIndex.version."""
        hidden = examples_hidden(self.runs_dir) and not include_hidden
        return _joint(
            self._own.version(at_most_old), self._examples.version(at_most_old), hidden=hidden
        )


def all_rows(runs_dir: Path) -> list[RunRow]:
    """The rows of a single look, for a command."""
    return AllRuns(runs_dir).rows()


def _joint(own: int, examples: int, *, hidden: bool) -> int:
    """Both only ever grow, so their sum changes with either."""
    return 2 * (own + examples) + hidden


def earlier_run(
    rows: Sequence[RunRow], recipe: Recipe, fingerprint: str, data_dir: Path
) -> RunRow | None:
    """The newest finished run of the same recipe, whatever its name, on the same photos; without
    one the newest that has begun or waits. None when there is neither.

    rows: newest first, as the index gives them. fingerprint: as RunRow has them. data_dir: of the
    photos, for runs that have not read any yet. Labels and boxes of test sets do not count: they
    change no training."""
    place = str(Path(data_dir).resolve())
    wanted = recipe_without_name(recipe)
    same = [
        row
        for row in rows
        if (row.photos == fingerprint if row.photos else row.data_path == place)
        and not row.problem
        and {key: value for key, value in row.recipe.items() if key != "name"} == wanted
    ]
    done = [row for row in same if row.status.state == "done"]
    return next(iter(done or same), None)
