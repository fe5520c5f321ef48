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
from core.jobs.stop_worker import ask_stop
from core.jobs.worker import carry_out, work
from core.recipe.schema import Recipe
from core.store.annotations import Annotations, annotate, annotations_of
from core.store.index import RunIndex
from core.store.provenance import arrival_of
from core.store.rescoring import find_rescoring
from core.store.run import Run, find_runs
from core.store.status import utc_now
from core.store.trash import delete_runs, deleted_runs, empty_trash, restore_run
from core.transfer.pack import export_zip
from core.transfer.unpack import STAGE, Entry, Parcel, import_runs
from tests.conftest import fast_recipe
from tests.faults.inject import in_child
from tests.faults.invariants import Finished, differences

ANOTHER = "20260101-000000-another-s0-00000000"
SENDER = "Ada"


@dataclass
class World:
    """A runs folder with a finished run in it, `kept`, which no fault may touch; it is also what
    every other run must come to be."""

    runs_dir: Path
    data: Path
    undisturbed: Run
    kept: Finished

    @property
    def executor(self) -> LocalExecutor:
        return LocalExecutor(self.runs_dir)

    @property
    def old(self) -> Run:
        return Run(self.runs_dir / self.kept.id)

    def others(self) -> list[Run]:
        """The runs but for the one that was finished before."""
        return [run for run in find_runs(self.runs_dir) if run.id != self.kept.id]


@dataclass(frozen=True)
class Life:
    """`before` makes ready, `act` meets the fault, `after` is what the user does then: it returns
    what is not as it should be. `trains`: whether torch is at work in it. `caches`: whether it
    begins without what runs share, and only that is of interest. `sampled`: much of it is in
    another life, too, so a few faults will do."""

    name: str
    before: Callable[[World], None]
    act: Callable[[World], object]
    after: Callable[[World], list[str]]
    trains: bool = False
    caches: bool = False
    sampled: bool = False


def tiny_recipe() -> Recipe:
    """Two epochs on photos of 32 pixels."""
    small = {"image_size": 32, "stages.1.cycles": 1, "views_per_photo": 1}
    return fast_recipe(**small)


def copied(folder: Path, place: Path) -> None:
    """Its files are replaced and never written over: links do."""
    shutil.copytree(folder, place, copy_function=os.link)


def later() -> datetime:
    """The clock of the worker that comes after a fault: what was left behind is old by then."""
    return utc_now() + timedelta(hours=2)


def serve(world: World) -> None:
    """A worker that carries out what waits, and leaves; as `python -m core worker`."""
    try:
        with suppress(KeyboardInterrupt):
            work(world.runs_dir, utc_now, 0.05)
    except OSError as error:
        raise RunError(os_error_line(error)) from error


# --- what comes after a fault --------------------------------------------------------------------


def _serve(world: World) -> None:
    """The next worker serves the folder, hours later."""
    outcome = in_child(lambda: work(world.runs_dir, later, 0.05), world.runs_dir)
    if outcome.ending != "done":
        raise AssertionError(f"the next worker {outcome.ending}: {outcome.said}")


def _go_on(world: World) -> list[str]:
    """Resumes what stopped, and puts back what the queue does not know: every run must then end as
    if nothing had happened."""
    _serve(world)
    entries = {entry.run for entry in Queue(world.runs_dir).entries()}
    for run in world.others():
        if run.resumable():
            world.executor.resume(run.id)
        elif run.status().state == "queued" and run.id not in entries:
            Queue(world.runs_dir).submit(run.id)  # the button of core.jobs.health's `stray`
    _serve(world)
    found = []
    for run in world.others():
        status = run.status()
        if status.state != "done":
            found.append(f"{status.state} after it was resumed: {status.error}")
        found += differences(run, world.undisturbed)
    return found


def _expect(found: object, wanted: object, what: str) -> list[str]:
    return [] if found == wanted else [f"{what}: {found}, not {wanted}"]


# --- a run's life ---------------------------------------------------------------------------------


def _submit(world: World) -> None:
    world.executor.submit(tiny_recipe(), world.data)


def _waits_or_is_not(world: World) -> list[str]:
    """A run that was being launched waits whole, or there is none; then another one is launched."""
    found = []
    for run in world.others():
        found += _expect(run.status().state, "queued", "a launched run")
        found += _expect(run.recipe(), tiny_recipe(), "its recipe")
    before = len(world.others())
    _submit(world)
    found += _expect(len(world.others()), before + 1, "runs after another launch")
    for run in world.others():
        world.executor.cancel(run.id)
    _serve(world)
    return found


def _stopped(world: World) -> None:
    """A run that was cancelled before it began."""
    _submit(world)
    world.executor.cancel(world.others()[0].id)


def _resume(world: World) -> None:
    world.executor.resume(world.others()[0].id)


def _cancel(world: World) -> None:
    world.executor.cancel(world.others()[0].id)


def _cancelled(world: World) -> list[str]:
    run = world.others()[0]
    if not run.status().ended:
        _cancel(world)
    _serve(world)
    return _expect(run.status().state, "cancelled", "a cancelled run")


def _queued(world: World) -> list[str]:
    run = world.others()[0]
    if run.resumable():
        _resume(world)
    found = _expect(run.status().state, "queued", "a resumed run")
    world.executor.cancel(run.id)
    _serve(world)
    return found


def _leave(world: World) -> None:
    """A worker that is told to leave after the epoch under way."""

    def asked(*all_of_it: Any) -> None:
        ask_stop(world.runs_dir)
        carry_out(*all_of_it)

    with patch("core.jobs.worker.carry_out", asked):
        serve(world)


# --- what is done to a finished run ---------------------------------------------------------------


def _delete(world: World) -> None:
    delete_runs(world.runs_dir, [world.kept.id], utc_now)


def _deleted(world: World) -> list[str]:
    if not deleted_runs(world.runs_dir):
        _delete(world)
    _serve(world)
    found = _expect([run.id for run in deleted_runs(world.runs_dir)], [world.kept.id], "deleted")
    restore_run(world.runs_dir, world.kept.id)
    return found


def _undo(world: World) -> None:
    restore_run(world.runs_dir, world.kept.id)


def _undone(world: World) -> list[str]:
    if deleted_runs(world.runs_dir):
        _undo(world)
    _serve(world)
    return _expect(world.old.status().state, "done", "a run that came back")


def _delete_another(world: World) -> None:
    """A second finished run in the trash; the first one stays."""
    copied(world.undisturbed.path, world.runs_dir / ANOTHER)
    delete_runs(world.runs_dir, [ANOTHER], utc_now)


def _empty(world: World) -> None:
    empty_trash(world.runs_dir)


def _emptied(world: World) -> list[str]:
    """What is still there is whole, and comes back; another try empties the rest."""
    found = []
    if deleted_runs(world.runs_dir):
        run = restore_run(world.runs_dir, ANOTHER)
        found = differences(run, world.undisturbed)
        delete_runs(world.runs_dir, [ANOTHER], utc_now)
    _empty(world)
    _serve(world)
    return found + _expect(deleted_runs(world.runs_dir), [], "the trash")


def _annotate(world: World) -> None:
    annotate(world.old, name="the good one", starred=True, add_tags=["class-3"], note="kept")


def _annotated(world: World) -> list[str]:
    said = annotations_of(world.old)
    wanted = Annotations("the good one", True, ("class-3",), "kept")
    found = [] if said in (wanted, Annotations()) else [f"half annotated: {said}"]
    _annotate(world)
    _serve(world)
    return found + _expect(annotations_of(world.old), wanted, "annotations")


def _score_again(world: World) -> None:
    world.executor.score_again([world.kept.id])
    serve(world)


def _scored_again(world: World) -> list[str]:
    """By the same labels, so the run must be as it was, also half-way; asked again, it is done."""
    _serve(world)
    world.executor.score_again([world.kept.id])
    _serve(world)
    rescoring = find_rescoring(world.runs_dir, world.kept.id)
    return _expect(rescoring.status().state, "done", "scored again")


def _sent(world: World) -> Path:
    """The zip file that the runs come in."""
    return world.runs_dir / "sent.zip"


def _send(world: World) -> None:
    """A second finished run is packed and leaves; the first one stays."""
    copied(world.undisturbed.path, world.runs_dir / ANOTHER)
    export_zip(world.runs_dir, [ANOTHER], _sent(world), SENDER, utc_now)
    shutil.rmtree(world.runs_dir / ANOTHER)


def _import(world: World) -> list[Entry]:
    parcel = Parcel(_sent(world), _sent(world).name)
    return import_runs([parcel], world.runs_dir, world.data.parent, utc_now)


def _imported(world: World) -> list[str]:
    """A run is whole or not there; the same zip file once more brings it, and leaves nothing."""
    found = [words for run in world.others() for words in differences(run, world.undisturbed)]
    (entry,) = _import(world)
    if entry.outcome not in ("taken", "here"):
        found.append(f"not taken the second time: {entry.reason}")
    _serve(world)
    arrival = arrival_of(world.runs_dir, ANOTHER)
    found += _expect(arrival and arrival.sender, SENDER, "who sent it")
    found += _expect((world.runs_dir / STAGE).exists(), False, "what was being checked is there")
    for run in world.others():
        found += differences(run, world.undisturbed)
    return found + _expect([run.id for run in world.others()], [ANOTHER], "runs that came")


def _two_wait(world: World) -> None:
    for _ in range(2):
        _submit(world)


def _move(world: World) -> None:
    Queue(world.runs_dir).move(Queue(world.runs_dir).entries()[-1].run, "first")


def _both_wait(world: World) -> list[str]:
    entries = Queue(world.runs_dir).entries()
    found = _expect({e.run for e in entries}, {r.id for r in world.others()}, "the queue")
    for run in world.others():
        world.executor.cancel(run.id)
    _serve(world)
    return found


def _look_anew(world: World) -> None:
    RunIndex(world.runs_dir).rebuild()


def _nothing(world: World) -> list[str]:
    _serve(world)
    return []


LIVES = (
    Life("train", _submit, serve, _go_on, trains=True),
    Life("train, the first run", _submit, serve, _go_on, trains=True, caches=True, sampled=True),
    Life("launch", lambda world: None, _submit, _waits_or_is_not),
    Life("cancel", _submit, _cancel, _cancelled),
    Life("resume", _stopped, _resume, _queued),
    Life("delete", lambda world: None, _delete, _deleted),
    Life("undo", _delete, _undo, _undone),
    Life("empty the trash", _delete_another, _empty, _emptied),
    Life("rename, star and tag", lambda world: None, _annotate, _annotated),
    Life("score again", lambda world: None, _score_again, _scored_again, trains=True),
    Life("import", _send, _import, _imported),
    Life("reorder", _two_wait, _move, _both_wait),
    Life("make the index anew", lambda world: None, _look_anew, _nothing),
    Life("leave after an epoch", _submit, _leave, _go_on, trains=True, sampled=True),
)
