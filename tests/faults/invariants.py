"""What must hold of a runs folder whatever happened in it."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.base.errors import InputError
from core.jobs.health import find_problems
from core.jobs.local import mark_lost_runs
from core.jobs.queue import Queue
from core.store.index import INDEX_FILE, RunIndex, RunRow
from core.store.lr_finder import open_work
from core.store.run import Run, find_runs
from core.store.status import utc_now
from core.store.trash import TRASH, deleted_runs

# Same bits: whatever is killed and resumed ends with these, byte for byte.
REPRODUCIBLE_FILES = (
    "history.csv",
    "batches.csv",
    "predictions.csv",
    "cams.npz",
    "weights.safetensors",
    "drift.csv",
    "reliance.csv",
    "diagnosis.json",
    "checkpoint/weights.safetensors",
    "checkpoint/optimizer.safetensors",
    "checkpoint/state.json",
)
FINISHED_RUN_FILES = (
    *REPRODUCIBLE_FILES,
    "summary.json",
    "timing.csv",
    "recipe.yaml",
    "environment.json",
    "log.txt",
)
ANNOTATION_FILES = (
    "annotations.json",
    "deleted.txt",
)  # what people say of a run, and when they deleted it
TEMPORARY_FILES = re.compile(r"\.tmp(/|$)|/\.results/")  # gone once a worker has looked


@dataclass(frozen=True)
class RunFingerprint:
    """A finished run as it was before the fault: the hash of each file."""

    id: str
    files: dict[str, str]


def fingerprint_run(run: Run) -> RunFingerprint:
    return RunFingerprint(run.id, contents(run.path))


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file in a run's folder, but for what people say of it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in ANNOTATION_FILES
        and not TEMPORARY_FILES.search(str(path))
    }


def find_violations(runs_dir: Path, protected_run: RunFingerprint, after_worker: bool) -> list[str]:
    """What does not hold once a page has looked, in words. after_worker: a worker has served the
    folder since, too, and has left."""
    rows = RunIndex(runs_dir).rows()
    mark_lost_runs(runs_dir, [row.id for row in rows if row.status.state == "running"], utc_now)
    return [
        *_lost(runs_dir, protected_run),
        *_false_states(runs_dir),
        *_index(runs_dir),
        *_queue(runs_dir, after_worker),
        *_trash(runs_dir),
        *(_leftovers(runs_dir) if after_worker else ()),
    ]


def differences(run: Run, undisturbed: Run) -> list[str]:
    """The files of a finished run that are not those of an undisturbed one; the summary counts but
    for its seconds."""
    found = []
    for name in REPRODUCIBLE_FILES:
        ours, theirs = run.path / name, undisturbed.path / name
        if not ours.is_file() or ours.read_bytes() != theirs.read_bytes():
            found.append(f"{name}: not as in the undisturbed run")
    ours, theirs = ((each.summary() or {}) | {"seconds": 0} for each in (run, undisturbed))
    if ours != theirs:
        found.append("summary.json: not as in the undisturbed run")
    return found


def _lost(runs_dir: Path, protected_run: RunFingerprint) -> list[str]:
    """Whether a finished run is in one place, as it was."""
    places = [folder / protected_run.id for folder in (runs_dir, runs_dir / TRASH)]
    places = [place for place in places if place.exists()]
    if len(places) != 1:
        return [f"the finished run is in {len(places)} places"]
    now = contents(places[0])
    return [
        f"{name} of a finished run: changed or gone"
        for name in sorted(protected_run.files.keys() | now.keys())
        if protected_run.files.get(name) != now.get(name)
    ]


def _false_states(runs_dir: Path) -> list[str]:
    """Runs whose state is not what they are in."""
    found = []
    rows = RunIndex(runs_dir).rows()
    queued = {entry.work_id for entry in Queue(runs_dir).entries()}
    later = utc_now() + timedelta(minutes=1)  # by when a run that was just asked for is queued
    troubles = find_problems(runs_dir, later, rows)
    strays = {run for trouble in troubles if trouble.kind == "stray" for run in trouble.runs}
    for row in rows:
        status, run = row.status, Run(runs_dir / row.id)
        if row.problem:
            found.append(f"a run cannot be read: {row.problem}")
        elif status.state == "running" and not run.owned():
            found.append("`running` without a process")
        elif status.state == "queued" and row.id not in queued | strays:
            found.append("`queued`, but not in the queue, and nobody is told")
        elif status.state == "done":
            found += [
                f"`done` without {name}"
                for name in FINISHED_RUN_FILES
                if not (run.path / name).is_file()
            ]
            found += check_readable(run)
    return found


def check_readable(run: Run) -> list[str]:
    """Reads everything of a finished run as the pages do."""
    try:
        epochs = run.recipe().planned_epochs()
        if len(run.history()) != epochs or run.status().epoch != epochs:
            return [f"`done` with {len(run.history())} of {epochs} epochs"]
        if run.predictions().empty or run.drift().empty or run.reliance().empty:
            return ["`done` with an empty table"]
        if run.class_maps() is None or not run.summary() or not run.diagnosis():
            return ["`done` without class maps, summary or diagnosis"]
    except InputError as error:
        return [f"`done`, but {error}"]
    return []


def _index(runs_dir: Path) -> list[str]:
    """A look has been taken: the index's file must say what the folders say."""
    rows = RunIndex(runs_dir).rows()
    with closing(sqlite3.connect(runs_dir / INDEX_FILE)) as db:
        mirrored = dict(db.execute("SELECT id, row FROM runs").fetchall())
    told = {row.id: _plain(row) for row in rows}
    fresh = {row.id: _plain(row) for row in RunIndex(runs_dir).rebuild()}
    folders = {run.id for run in find_runs(runs_dir)}
    found = []
    if set(fresh) != folders or fresh != told:
        found.append("the index tells something else than the folders")
    if {id_: json.loads(row) for id_, row in mirrored.items()} != fresh:
        found.append("the index's file holds something else than the folders")
    return found


def _plain(row: RunRow) -> Any:
    return json.loads(json.dumps(asdict(row)))


def _queue(runs_dir: Path, after_worker: bool) -> list[str]:
    """Entries of the queue that nobody will ever carry out, or that are done."""
    found = []
    for entry in Queue(runs_dir).entries():
        try:
            status = open_work(runs_dir, entry.work_id).status()
        except InputError:
            if after_worker:
                found.append("the queue names a run that is gone")
            continue
        if after_worker and status.ended:
            found.append(f"the queue names a run that is {status.state}")
        if after_worker and entry.worker_pid is not None:
            found.append("the queue says that a worker has a run, and there is no worker")
    return found


def _trash(runs_dir: Path) -> list[str]:
    """Deleted runs that could not come back as what they were."""
    found = []
    for run in deleted_runs(runs_dir):
        try:
            status = run.status()
            if status.state in ("running", "queued"):
                found.append(f"a deleted run is {status.state}")
            if status.state == "done":
                missing = [name for name in FINISHED_RUN_FILES if not (run.path / name).is_file()]
                found += [f"a deleted run lacks {name}" for name in missing] or check_readable(run)
        except InputError as error:
            found.append(f"a deleted run cannot be read: {error}")
    return found


def _leftovers(runs_dir: Path) -> list[str]:
    """Files that a kill has left and that nobody would ever remove."""
    found = list(runs_dir.rglob(".*.tmp"))
    found += [*runs_dir.glob("*/.checkpoint.*"), *runs_dir.glob("*/.results")]
    found += list(runs_dir.glob(".[0-9]*"))  # a run that was being made
    trash = runs_dir / TRASH
    whole = {run.path for run in deleted_runs(runs_dir)}
    found += [path for path in trash.glob("*") if path not in whole]
    found += list(trash.glob(".*"))
    return [f"left behind: {path.relative_to(runs_dir)}" for path in found]
