"""The lives that faults are put into: what a user or a worker does in a runs folder, and what the
user does about it afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import core.jobs.local
import core.train.recorder
from core.errors import InputError
from core.jobs.local import LocalExecutor, find_lost
from core.jobs.queue import Queue
from core.jobs.worker import work
from core.recipe import Recipe
from core.store.annotations import annotate, annotations_of
from core.store.index import RunIndex
from core.store.rescoring import find_rescoring
from core.store.run import Run, create_run, find_runs, open_run, utc_now
from core.store.trash import delete_runs, deleted_runs, empty_trash, restore_run
from tests.conftest import fast_recipe
from tests.factory import write_dataset
from tests.faults.inject import in_child
from tests.faults.invariants import Finished, finished

RECIPE = {
    "image_size": 32,
    "stages.0.epochs": 1,
    "stages.1.cycles": 1,
    "views_per_photo": 1,
}


@dataclass
class World:
    """A runs folder with a finished run in it, which no fault may touch."""

    runs_dir: Path
    data: Path
    undisturbed: Run
    kept: list[Finished] = field(default_factory=list)

    @property
    def executor(self) -> LocalExecutor:
        return LocalExecutor(self.runs_dir)

    @property
    def old(self) -> Run:
        """The run that was finished before."""
        return Run(self.runs_dir / self.kept[0].id)

    def new_run(self) -> Run:
        return create_run(self.runs_dir, tiny_recipe(), self.data, utc_now)

    def others(self) -> list[Run]:
        """The runs but for the one that was finished before."""
        return [run for run in find_runs(self.runs_dir) if run.id != self.kept[0].id]


def tiny_recipe() -> Recipe:
    """Two epochs of photos of 32 pixels."""
    return fast_recipe(**RECIPE)


def later() -> datetime:
    """The clock of the worker that comes after a fault: what was left behind then is old."""
    return utc_now() + timedelta(hours=2)


def serve(world: World) -> None:
    """A worker that carries out what waits, and leaves."""
    work(world.runs_dir, utc_now, 0.05)


def serve_later(world: World) -> None:
    work(world.runs_dir, later, 0.05)


@dataclass(frozen=True)
class Life:
    """`before` makes ready, `act` meets the fault, `after` is what the user does then: it returns
    what is not as it should be. `trains`: whether torch is at work in it."""

    name: str
    before: Callable[[World], None]
    act: Callable[[World], object]
    after: Callable[[World], list[str]]
    trains: bool = False


# --- a run's life ---------------------------------------------------------------------------------


def _one_waits(world: World) -> None:
    world.executor.submit(tiny_recipe(), world.data)


def _go_on(world: World) -> list[str]:
    """Looks at the page, starts a worker, resumes what stopped; every run must then be as if
    nothing had happened."""
    rows = RunIndex(world.runs_dir).rows()
    find_lost(world.runs_dir, [r.id for r in rows if r.status.state == "running"], utc_now)
    _serve(world)
    for run in world.others():
        if run.status().state in ("failed", "cancelled"):
            world.executor.resume(run.id)
    _serve(world)
    found = []
    for run in world.others():
        status = run.status()
        if status.state != "done":
            found.append(f"{status.state} after it was resumed: {status.error}")
        found += differences_of(run, world)
    return found


def differences_of(run: Run, world: World) -> list[str]:
    from tests.faults.invariants import differences

    return differences(run, world.undisturbed)


def _serve(world: World) -> None:
    outcome = in_child(lambda: serve_later(world), world.runs_dir)
    if outcome.ending != "done":
        raise AssertionError(f"the next worker {outcome.ending}: {outcome.said}")
