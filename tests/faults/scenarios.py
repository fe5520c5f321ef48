"""The lives that faults are put into: what a user or a worker does in a runs folder, and what the
user does about it afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from core.base.errors import RunError, os_error_line
from core.jobs.local import LocalExecutor
from core.jobs.queue import Queue
from core.jobs.stop_worker import request_stop
from core.jobs.worker import run_work, run_worker
from core.recipe.schema import Recipe
from core.store.annotations import Annotations, annotate, read_annotations
from core.store.index import RunIndex
from core.store.provenance import read_provenance
from core.store.rescoring import Rescoring
from core.store.run import Run, find_runs
from core.store.status import utc_now
from core.store.trash import delete_runs, deleted_runs, empty_trash, restore_run
from core.transfer.pack import export_zip
from core.transfer.unpack import STAGING_FOLDER, ImportRequest, ImportResult, import_runs
from tests.conftest import fast_recipe
from tests.faults.inject import run_in_fork
from tests.faults.invariants import RunFingerprint, differences

SECOND_RUN_ID = "20260101-000000-another-s0-00000000"
SENDER = "Ada"


@dataclass
class Workspace:
    """A runs folder with a finished run in it, `kept`, which no fault may touch; it is also what
    every other run must come to be."""

    runs_dir: Path
    data: Path
    undisturbed: Run
    protected_run: RunFingerprint

    @property
    def executor(self) -> LocalExecutor:
        return LocalExecutor(self.runs_dir)

    @property
    def finished_run(self) -> Run:
        return Run(self.runs_dir / self.protected_run.id)

    def other_runs(self) -> list[Run]:
        """The runs but for the one that was finished before."""
        return [run for run in find_runs(self.runs_dir) if run.id != self.protected_run.id]


@dataclass(frozen=True)
class Scenario:
    """`before` makes ready, `act` meets the fault, `after` is what the user does then: it returns
    what is not as it should be. `trains`: whether torch is at work in it. `caches`: whether it
    begins without what runs share, and only that is of interest. `sampled`: much of it is in
    another scenario, too, so a few faults will do."""

    name: str
    prepare: Callable[[Workspace], None]
    action: Callable[[Workspace], object]
    recover: Callable[[Workspace], list[str]]
    trains: bool = False
    empty_caches: bool = False
    sampled: bool = False


def tiny_recipe() -> Recipe:
    """Two epochs on photos of 32 pixels."""
    small = {"image_size": 32, "stages.1.cycles": 1, "views_per_photo": 1}
    return fast_recipe(**small)


def hardlink_copy(source: Path, target: Path) -> None:
    """Its files are replaced and never written over: links do."""
    shutil.copytree(source, target, copy_function=os.link)


def later_clock() -> datetime:
    """The clock of the worker that comes after a fault: what was left behind is old by then."""
    return utc_now() + timedelta(hours=2)


def drain_queue(workspace: Workspace) -> None:
    """A worker that carries out what waits, and leaves; as `python -m core worker`."""
    try:
        with suppress(KeyboardInterrupt):
            run_worker(workspace.runs_dir, utc_now, 0.05)
    except OSError as error:
        raise RunError(os_error_line(error)) from error


# --- what comes after a fault --------------------------------------------------------------------


def _run_next_worker(workspace: Workspace) -> None:
    """The next worker serves the folder, hours later."""
    outcome = run_in_fork(
        lambda: run_worker(workspace.runs_dir, later_clock, 0.05), workspace.runs_dir
    )
    if outcome.ending != "done":
        raise AssertionError(f"the next worker {outcome.ending}: {outcome.message}")


def _resume_all(workspace: Workspace) -> list[str]:
    """Resumes what stopped, and puts back what the queue does not know: every run must then end as
    if nothing had happened."""
    _run_next_worker(workspace)
    entries = {entry.work_id for entry in Queue(workspace.runs_dir).entries()}
    for run in workspace.other_runs():
        if run.resumable():
            workspace.executor.resume(run.id)
        elif run.status().state == "queued" and run.id not in entries:
            Queue(workspace.runs_dir).submit(run.id)  # the button of core.jobs.health's `stray`
    _run_next_worker(workspace)
    found = []
    for run in workspace.other_runs():
        status = run.status()
        if status.state != "done":
            found.append(f"{status.state} after it was resumed: {status.error}")
        found += differences(run, workspace.undisturbed)
    return found


def _expect(actual: object, expected: object, what: str) -> list[str]:
    return [] if actual == expected else [f"{what}: {actual}, not {expected}"]


# --- a run's scenario
# ---------------------------------------------------------------------------------


def _submit(workspace: Workspace) -> None:
    workspace.executor.submit(tiny_recipe(), workspace.data)


def _verify_launch(workspace: Workspace) -> list[str]:
    """A run that was being launched waits whole, or there is none; then another one is launched."""
    found = []
    for run in workspace.other_runs():
        found += _expect(run.status().state, "queued", "a launched run")
        found += _expect(run.recipe(), tiny_recipe(), "its recipe")
    before = len(workspace.other_runs())
    _submit(workspace)
    found += _expect(len(workspace.other_runs()), before + 1, "runs after another launch")
    for run in workspace.other_runs():
        workspace.executor.cancel(run.id)
    _run_next_worker(workspace)
    return found


def _cancel_before_start(workspace: Workspace) -> None:
    """A run that was cancelled before it began."""
    _submit(workspace)
    workspace.executor.cancel(workspace.other_runs()[0].id)


def _resume(workspace: Workspace) -> None:
    workspace.executor.resume(workspace.other_runs()[0].id)


def _cancel(workspace: Workspace) -> None:
    workspace.executor.cancel(workspace.other_runs()[0].id)


def _verify_cancelled(workspace: Workspace) -> list[str]:
    run = workspace.other_runs()[0]
    if not run.status().ended:
        _cancel(workspace)
    _run_next_worker(workspace)
    return _expect(run.status().state, "cancelled", "a cancelled run")


def _verify_queued(workspace: Workspace) -> list[str]:
    run = workspace.other_runs()[0]
    if run.resumable():
        _resume(workspace)
    found = _expect(run.status().state, "queued", "a resumed run")
    workspace.executor.cancel(run.id)
    _run_next_worker(workspace)
    return found


def _stop_worker_after_epoch(workspace: Workspace) -> None:
    """A worker that is told to leave after the epoch under way."""

    def asked(*all_of_it: Any) -> None:
        request_stop(workspace.runs_dir)
        run_work(*all_of_it)

    with patch("core.jobs.worker.run_work", asked):
        drain_queue(workspace)


# --- what is done to a finished run ---------------------------------------------------------------


def _delete(workspace: Workspace) -> None:
    delete_runs(workspace.runs_dir, [workspace.protected_run.id], utc_now)


def _verify_deleted(workspace: Workspace) -> list[str]:
    if not deleted_runs(workspace.runs_dir):
        _delete(workspace)
    _run_next_worker(workspace)
    found = _expect(
        [run.id for run in deleted_runs(workspace.runs_dir)],
        [workspace.protected_run.id],
        "deleted",
    )
    restore_run(workspace.runs_dir, workspace.protected_run.id)
    return found


def _restore(workspace: Workspace) -> None:
    restore_run(workspace.runs_dir, workspace.protected_run.id)


def _verify_restored(workspace: Workspace) -> list[str]:
    if deleted_runs(workspace.runs_dir):
        _restore(workspace)
    _run_next_worker(workspace)
    return _expect(workspace.finished_run.status().state, "done", "a run that came back")


def _delete_second_run(workspace: Workspace) -> None:
    """A second finished run in the trash; the first one stays."""
    hardlink_copy(workspace.undisturbed.path, workspace.runs_dir / SECOND_RUN_ID)
    delete_runs(workspace.runs_dir, [SECOND_RUN_ID], utc_now)


def _empty_trash(workspace: Workspace) -> None:
    empty_trash(workspace.runs_dir)


def _verify_trash_emptied(workspace: Workspace) -> list[str]:
    """What is still there is whole, and comes back; another try empties the rest."""
    found = []
    if deleted_runs(workspace.runs_dir):
        run = restore_run(workspace.runs_dir, SECOND_RUN_ID)
        found = differences(run, workspace.undisturbed)
        delete_runs(workspace.runs_dir, [SECOND_RUN_ID], utc_now)
    _empty_trash(workspace)
    _run_next_worker(workspace)
    return found + _expect(deleted_runs(workspace.runs_dir), [], "the trash")


def _annotate(workspace: Workspace) -> None:
    annotate(
        workspace.finished_run, name="the good one", starred=True, add_tags=["class-3"], note="kept"
    )


def _verify_annotated(workspace: Workspace) -> list[str]:
    said = read_annotations(workspace.finished_run)
    wanted = Annotations("the good one", True, ("class-3",), "kept")
    found = [] if said in (wanted, Annotations()) else [f"half annotated: {said}"]
    _annotate(workspace)
    _run_next_worker(workspace)
    return found + _expect(read_annotations(workspace.finished_run), wanted, "annotations")


def _rescore(workspace: Workspace) -> None:
    workspace.executor.submit_rescoring([workspace.protected_run.id])
    drain_queue(workspace)


def _verify_rescored(workspace: Workspace) -> list[str]:
    """By the same labels, so the run must be as it was, also half-way; asked again, it is done."""
    _run_next_worker(workspace)
    workspace.executor.submit_rescoring([workspace.protected_run.id])
    _run_next_worker(workspace)
    rescoring = Rescoring.of(workspace.runs_dir, workspace.protected_run.id)
    return _expect(rescoring.status().state, "done", "scored again")


def _zip_path(workspace: Workspace) -> Path:
    """The zip file that the runs come in."""
    return workspace.runs_dir / "sent.zip"


def _export_second_run(workspace: Workspace) -> None:
    """A second finished run is packed and leaves; the first one stays."""
    hardlink_copy(workspace.undisturbed.path, workspace.runs_dir / SECOND_RUN_ID)
    zip_path = _zip_path(workspace)
    export_zip(workspace.runs_dir, [SECOND_RUN_ID], zip_path, SENDER, utc_now, checkpoint=True)
    shutil.rmtree(workspace.runs_dir / SECOND_RUN_ID)


def _import_zip(workspace: Workspace) -> list[ImportResult]:
    parcel = ImportRequest(_zip_path(workspace), _zip_path(workspace).name)
    return import_runs([parcel], workspace.runs_dir, workspace.data.parent, utc_now)


def _verify_imported(workspace: Workspace) -> list[str]:
    """A run is whole or not there; the same zip file once more brings it, and leaves nothing."""
    found = [
        words for run in workspace.other_runs() for words in differences(run, workspace.undisturbed)
    ]
    (entry,) = _import_zip(workspace)
    if entry.outcome not in ("taken", "here"):
        found.append(f"not taken the second time: {entry.reason}")
    _run_next_worker(workspace)
    arrival = read_provenance(workspace.runs_dir, SECOND_RUN_ID)
    found += _expect(arrival and arrival.sender, SENDER, "who sent it")
    found += _expect(
        (workspace.runs_dir / STAGING_FOLDER).exists(), False, "what was being checked is there"
    )
    for run in workspace.other_runs():
        found += differences(run, workspace.undisturbed)
    return found + _expect(
        [run.id for run in workspace.other_runs()], [SECOND_RUN_ID], "runs that came"
    )


def _submit_two(workspace: Workspace) -> None:
    for _ in range(2):
        _submit(workspace)


def _move_to_front(workspace: Workspace) -> None:
    Queue(workspace.runs_dir).move(Queue(workspace.runs_dir).entries()[-1].work_id, "first")


def _verify_both_queued(workspace: Workspace) -> list[str]:
    entries = Queue(workspace.runs_dir).entries()
    found = _expect(
        {e.work_id for e in entries}, {r.id for r in workspace.other_runs()}, "the queue"
    )
    for run in workspace.other_runs():
        workspace.executor.cancel(run.id)
    _run_next_worker(workspace)
    return found


def _rebuild_index(workspace: Workspace) -> None:
    RunIndex(workspace.runs_dir).rebuild()


def _verify_nothing(workspace: Workspace) -> list[str]:
    _run_next_worker(workspace)
    return []


SCENARIOS = (
    Scenario("train", _submit, drain_queue, _resume_all, trains=True),
    Scenario(
        "train, the first run",
        _submit,
        drain_queue,
        _resume_all,
        trains=True,
        empty_caches=True,
        sampled=True,
    ),
    Scenario("launch", lambda workspace: None, _submit, _verify_launch),
    Scenario("cancel", _submit, _cancel, _verify_cancelled),
    Scenario("resume", _cancel_before_start, _resume, _verify_queued),
    Scenario("delete", lambda workspace: None, _delete, _verify_deleted),
    Scenario("undo", _delete, _restore, _verify_restored),
    Scenario("empty the trash", _delete_second_run, _empty_trash, _verify_trash_emptied),
    Scenario("rename, star and tag", lambda workspace: None, _annotate, _verify_annotated),
    Scenario("score again", lambda workspace: None, _rescore, _verify_rescored, trains=True),
    Scenario("import", _export_second_run, _import_zip, _verify_imported),
    Scenario("reorder", _submit_two, _move_to_front, _verify_both_queued),
    Scenario("make the index anew", lambda workspace: None, _rebuild_index, _verify_nothing),
    Scenario(
        "leave after an epoch",
        _submit,
        _stop_worker_after_epoch,
        _resume_all,
        trains=True,
        sampled=True,
    ),
)
