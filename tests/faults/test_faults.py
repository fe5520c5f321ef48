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
from tests.faults.campaign import Campaign, campaign, every_fault, some_faults
from tests.faults.disks import enlarge, fill, read_only, small_disk
from tests.faults.hammer import hammer
from tests.faults.inject import Fault, Point, in_child
from tests.faults.invariants import broken, differences
from tests.faults.lives import LIVES, World, copied, serve, tiny_recipe

# The moments of a run's life that count, by the operation just before which the process is killed.
MOMENTS = {
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
def found() -> Iterator[Campaign]:
    with campaign() as made:
        yield made


def life(name: str):
    return next(each for each in LIVES if each.name == name)


def test_every_moment_of_a_runs_life_is_a_point(found):
    points = found.points(life("train"))
    names = {point.name for point in points}
    assert set(MOMENTS.values()) <= names
    kills = {fault.point.name for fault in some_faults(points, 0, random.Random(0))}
    assert kills == names  # `make faults` kills at every one
    half = Fault("half", Point(MOMENTS["half of a checkpoint"], 2))
    draw = random.Random(0)
    for fault in [half, *draw.sample([f for f in every_fault(points) if f != half], 3)]:
        assert found.strike(life("train"), fault) in ([], None), str(fault)


@pytest.mark.parametrize("name", [each.name for each in LIVES if not each.trains])
def test_what_a_user_does_bears_faults(found, name):
    """One fault of each kind: `make faults` tries them at every point."""
    faults = every_fault(found.points(life(name)))
    draw = random.Random(name)
    for kind in ("kill", "full", "read-only"):
        fault = draw.choice([fault for fault in faults if fault.kind == kind] or faults)
        assert found.strike(life(name), fault) == [], str(fault)


def test_many_at_once(found):
    done, problems = hammer(found, kills=2, seed=0)
    assert problems == []
    assert done["look"] and done["kill a worker"] == 2


def test_a_real_disk_fills_up(found, tmp_path):
    """In the middle of a training; then with room again it is resumed."""
    with small_disk(tmp_path / "runs", 10) as runs_dir:
        world = World(runs_dir, found.data, found.undisturbed, found.kept)
        world.executor.submit(tiny_recipe(), found.data)
        (run,) = world.others()
        assert in_child(lambda: serve(world), runs_dir).ending in ("done", "told")
        enlarge(runs_dir, 200)
        assert in_child(lambda: serve(world), runs_dir).ending == "done"
        status = run.status()
        assert status.state == "failed", status
        world.executor.resume(run.id)
        assert in_child(lambda: serve(world), runs_dir).ending == "done"
        assert differences(run, found.undisturbed) == []
        assert Queue(runs_dir).entries() == []
        filler = fill(runs_dir)
        for act in (
            lambda: world.executor.submit(tiny_recipe(), found.data),
            lambda: delete_runs(runs_dir, [run.id], utc_now),
        ):
            with pytest.raises(InputError, match=r"No space left|disk is full"):
                act()
            assert [row.status.state for row in RunIndex(runs_dir).rows()] == ["done"]
        filler.unlink()
        delete_runs(runs_dir, [run.id], utc_now)
        assert restore_run(runs_dir, run.id).status().state == "done"


def test_what_is_broken_is_found(found):
    """The invariants themselves: each kind of damage is told."""
    with found.world() as world:
        assert broken(world.runs_dir, found.kept, settled=True) == []
        other = world.runs_dir / "20260101-000000-other-s0-0000"
        copied(found.undisturbed.path, other)
        (other / "weights.safetensors").unlink()
        assert "`done` without weights.safetensors" in damage(world)
        (other / "diagnosis.json").unlink()
        (other / "diagnosis.json").write_text("{")
        assert any("diagnosis.json" in words for words in damage(world))
        (world.old.path / "history.csv").unlink()
        assert "history.csv of a finished run: changed or gone" in damage(world)
        (world.runs_dir / ".status.json.00000000.tmp").touch()
        assert "left behind: .status.json.00000000.tmp" in damage(world)
        Queue(world.runs_dir).submit("20260101-000000-gone-s0-0000")
        assert "the queue names a run that is gone" in damage(world)


def damage(world: World) -> list[str]:
    return broken(world.runs_dir, world.kept, settled=True)


def test_runs_on_a_read_only_disk_are_read_and_left_alone(found):
    with found.world() as world, read_only(world.runs_dir):
        (row,) = RunIndex(world.runs_dir).rows()
        assert row.status.state == "done" and row.problem is None
        assert Queue(world.runs_dir).entries() == []
        for act in (
            lambda: world.executor.submit(tiny_recipe(), found.data),
            lambda: world.executor.score_again([row.id]),
            lambda: delete_runs(world.runs_dir, [row.id], utc_now),
        ):
            with pytest.raises(InputError, match=r"Read-only file system|Permission denied"):
                act()
