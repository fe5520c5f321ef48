"""core.store.trash: deleted runs come back, until they are too old."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from core.base.errors import RunError
from core.store.index import RunIndex
from core.store.run import find_runs
from core.store.trash import (
    RETENTION,
    TRASH,
    delete_expired_runs,
    delete_runs,
    deleted_runs,
    empty_trash,
    restore_run,
)
from tests.conftest import fixed_clock
from tests.factory import write_run


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_deleted_run_is_nowhere_and_comes_back_whole(tmp_path, tiny):
    run, other = (write_run(tmp_path, tiny, minutes=n) for n in range(2))
    before = contents(run.path)
    delete_runs(tmp_path, [run.id, run.id], fixed_clock)
    assert [found.id for found in find_runs(tmp_path)] == [other.id]
    assert [row.id for row in RunIndex(tmp_path).rows()] == [other.id]
    assert [found.id for found in deleted_runs(tmp_path)] == [run.id]
    assert restore_run(tmp_path, run.id).path == run.path
    assert contents(run.path) == before
    assert deleted_runs(tmp_path) == []


def test_a_run_that_came_again_can_be_deleted_again(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    delete_runs(tmp_path, [run.id], fixed_clock)
    shutil.copytree(tmp_path / TRASH / run.id, run.path)  # as an import brings it
    (run.path / "log.txt").write_text("the newer one")
    delete_runs(tmp_path, [run.id], fixed_clock)
    assert [path.name for path in (tmp_path / TRASH).iterdir()] == [run.id]
    assert (restore_run(tmp_path, run.id).path / "log.txt").read_text() == "the newer one"
    assert deleted_runs(tmp_path) == []


def test_where_one_run_cannot_be_moved_none_is_deleted(tmp_path, tiny, monkeypatch):
    runs = [write_run(tmp_path, tiny, minutes=n) for n in range(3)]
    before = [contents(run.path) for run in runs]
    delete_runs(tmp_path, [runs[1].id], fixed_clock)
    shutil.copytree(tmp_path / TRASH / runs[1].id, runs[1].path)
    rename = Path.rename

    def refuse(path, target):
        if path == runs[1].path:
            raise OSError(13, "Permission denied")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(RunError, match="Permission denied"):
            delete_runs(tmp_path, [run.id for run in runs], fixed_clock)
    assert [found.id for found in deleted_runs(tmp_path)] == [runs[1].id]  # as it was
    for run, found in zip(runs, before, strict=True):
        assert {
            name: data for name, data in contents(run.path).items() if name.name != "deleted.txt"
        } == found


@pytest.mark.parametrize("state", ["running", "queued"])
def test_where_one_run_is_busy_none_is_deleted(tmp_path, tiny, state):
    idle, busy = write_run(tmp_path, tiny), write_run(tmp_path, tiny, state=state, minutes=1)
    with pytest.raises(RunError, match=f"{busy.id}: .*cancel it first"):
        delete_runs(tmp_path, [idle.id, busy.id], fixed_clock)
    with pytest.raises(RunError, match="gone: no such run"):
        delete_runs(tmp_path, [idle.id, "gone"], fixed_clock)
    assert len(find_runs(tmp_path)) == 2


def test_a_damaged_run_can_be_deleted(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    (run.path / "status.json").write_text("{")
    delete_runs(tmp_path, [run.id], fixed_clock)
    assert not run.path.exists()


def test_what_is_too_old_goes_for_good_and_nothing_else(tmp_path, tiny):
    old, new, unknown = (write_run(tmp_path, tiny, minutes=n) for n in range(3))
    delete_runs(tmp_path, [old.id, unknown.id], fixed_clock)
    (tmp_path / TRASH / unknown.id / "deleted.txt").write_text("some day")
    later = fixed_clock() + RETENTION
    delete_runs(tmp_path, [new.id], lambda: later)
    assert delete_expired_runs(tmp_path, lambda: later) == []
    assert delete_expired_runs(tmp_path, lambda: later + timedelta(minutes=1)) == [old.id]
    assert {run.id for run in deleted_runs(tmp_path)} == {new.id, unknown.id}
    assert set(empty_trash(tmp_path)) == {new.id, unknown.id}
    assert deleted_runs(tmp_path) == []


def test_what_cannot_come_back_says_why(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    with pytest.raises(RunError, match=r"no such run in .*trash"):
        restore_run(tmp_path, run.id)
    with pytest.raises(RunError, match="not a run id"):
        restore_run(tmp_path, "../x")
    delete_runs(tmp_path, [run.id], fixed_clock)
    run.path.mkdir()
    with pytest.raises(RunError, match="already exists"):
        restore_run(tmp_path, run.id)
