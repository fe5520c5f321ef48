"""A few of the faults of `make faults`, and that those would find what is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from core.base.errors import InputError
from core.jobs.queue import Queue
from core.store.index import RunIndex
from core.store.status import utc_now
from core.store.trash import delete_runs, restore_run
from tests.faults.campaign import Campaign, all_faults, campaign, sample_faults
from tests.faults.disks import enlarge, fill_disk, read_only, small_disk
from tests.faults.inject import Fault, InjectionPoint, run_in_fork
from tests.faults.invariants import differences, find_violations
from tests.faults.restarts import run_restarts
from tests.faults.scenarios import (
    SCENARIOS,
    Workspace,
    drain_queue,
    hardlink_copy,
    tiny_recipe,
)
from tests.faults.stress import run_stress

# The moments of a run's scenario that count, by the operation just before which the process is
# killed.
KILL_POINTS = {
    "taken by a worker": "db queue.sqlite:UPDATE",
    "begun": "rename RUN/status.json",
    "photos read": "rename RUN/environment.json",
    "an epoch's class maps": "write RUN/.cams.npz.tmp",
    "an epoch's tables": "rename RUN/history.csv",
    "half of a checkpoint": "write RUN/.checkpoint.new/weights.safetensors",
    "between a checkpoint's renames": "rename RUN/checkpoint",
    "weights": "rename RUN/weights.safetensors",
    "predictions": "rename RUN/predictions.csv",
    "summary": "rename RUN/summary.json",
    "controls": "rename RUN/controls.json",
    "leaves the queue": "db queue.sqlite:DELETE",
}


@pytest.fixture(scope="module")
def shared_campaign() -> Iterator[Campaign]:
    with campaign() as made:
        yield made


def find_scenario(name: str):
    return next(each for each in SCENARIOS if each.name == name)


def test_every_step_of_a_run_is_an_injection_point(shared_campaign):
    points = shared_campaign.find_points(find_scenario("train"))
    names = {point.name for point in points}
    assert set(KILL_POINTS.values()) <= names
    kills = {fault.point.name for fault in sample_faults(points, 0, random.Random(0))}
    assert kills == names  # `make faults` kills at every one
    half = Fault("half", InjectionPoint(KILL_POINTS["half of a checkpoint"], 2))
    draw = random.Random(0)
    for fault in [half, *draw.sample([f for f in all_faults(points) if f != half], 3)]:
        assert shared_campaign.inject(find_scenario("train"), fault) in ([], None), str(fault)


@pytest.mark.parametrize("name", [each.name for each in SCENARIOS if not each.trains])
def test_what_a_user_does_bears_faults(shared_campaign, name):
    """One fault of each kind: `make faults` tries them at every point."""
    faults = all_faults(shared_campaign.find_points(find_scenario(name)))
    draw = random.Random(name)
    for kind in ("kill", "full", "read-only"):
        fault = draw.choice([fault for fault in faults if fault.kind == kind] or faults)
        assert shared_campaign.inject(find_scenario(name), fault) == [], str(fault)


def test_many_at_once(shared_campaign):
    done, problems = run_stress(shared_campaign, kills=2, seed=0)
    assert problems == []
    assert done["refresh"] and done["kill a worker"] == 2


def test_sleep_restarts_and_two_processes_at_one_run(shared_campaign):
    assert run_restarts(shared_campaign, times=1, seed=0) == []


def test_a_real_disk_fills_up(shared_campaign, tmp_path):
    """In the middle of a training; then with room again it is resumed."""
    with small_disk(tmp_path / "runs", 10) as runs_dir:
        workspace = Workspace(
            runs_dir,
            shared_campaign.data,
            shared_campaign.undisturbed,
            shared_campaign.protected_run,
        )
        workspace.executor.submit(tiny_recipe(), shared_campaign.data)
        (run,) = workspace.other_runs()
        assert run_in_fork(lambda: drain_queue(workspace), runs_dir).ending in ("done", "told")
        enlarge(runs_dir, 200)
        assert run_in_fork(lambda: drain_queue(workspace), runs_dir).ending == "done"
        status = run.status()
        assert status.state == "failed", status
        workspace.executor.resume(run.id)
        assert run_in_fork(lambda: drain_queue(workspace), runs_dir).ending == "done"
        assert differences(run, shared_campaign.undisturbed) == []
        assert Queue(runs_dir).entries() == []
        filler = fill_disk(runs_dir)
        for act in (
            lambda: workspace.executor.submit(tiny_recipe(), shared_campaign.data),
            lambda: delete_runs(runs_dir, [run.id], utc_now),
        ):
            with pytest.raises(InputError, match=r"No space left|disk is full"):
                act()
            assert [row.status.state for row in RunIndex(runs_dir).rows()] == ["done"]
        filler.unlink()
        delete_runs(runs_dir, [run.id], utc_now)
        assert restore_run(runs_dir, run.id).status().state == "done"


def test_violations_are_found(shared_campaign):
    """The invariants themselves: each kind of damage is told."""
    with shared_campaign.workspace() as workspace:
        assert (
            find_violations(workspace.runs_dir, shared_campaign.protected_run, after_worker=True)
            == []
        )
        other = workspace.runs_dir / "20260101-000000-other-s0-0000"
        hardlink_copy(shared_campaign.undisturbed.path, other)
        (other / "weights.safetensors").unlink()
        assert "`done` without weights.safetensors" in violations(workspace)
        (other / "diagnosis.json").unlink()
        (other / "diagnosis.json").write_text("{")
        assert any("diagnosis.json" in words for words in violations(workspace))
        (workspace.finished_run.path / "history.csv").unlink()
        assert "history.csv of a finished run: changed or gone" in violations(workspace)
        (workspace.runs_dir / ".status.json.00000000.tmp").touch()
        assert "left behind: .status.json.00000000.tmp" in violations(workspace)
        Queue(workspace.runs_dir).submit("20260101-000000-gone-s0-0000")
        assert "the queue names a run that is gone" in violations(workspace)


def violations(workspace: Workspace) -> list[str]:
    return find_violations(workspace.runs_dir, workspace.protected_run, after_worker=True)


def test_runs_on_a_read_only_disk_are_read_and_left_alone(shared_campaign):
    with shared_campaign.workspace() as workspace, read_only(workspace.runs_dir):
        (row,) = RunIndex(workspace.runs_dir).rows()
        assert row.status.state == "done" and row.problem is None
        assert Queue(workspace.runs_dir).entries() == []
        for act in (
            lambda: workspace.executor.submit(tiny_recipe(), shared_campaign.data),
            lambda: workspace.executor.submit_rescoring([row.id]),
            lambda: delete_runs(workspace.runs_dir, [row.id], utc_now),
        ):
            with pytest.raises(InputError, match=r"Read-only file system|Permission denied"):
                act()
