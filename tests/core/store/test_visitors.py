from datetime import timedelta
from pathlib import Path

import pytest

from core.base.demo_mode import RETENTION
from core.base.errors import RunError
from core.jobs.queue import Queue
from core.jobs.visitor_sweep import delete_expired_visitor_runs
from core.recipe.files import load_recipe
from core.store.index import RunIndex
from core.store.lr_finder import open_work
from core.store.run import find_runs, open_run
from core.store.trash import TRASH, delete_runs
from core.store.visitors import (
    is_key,
    is_visitor_dir,
    new_key,
    shared_root_of,
    split_entry,
    visitor_dir,
)
from tests.factory import START, write_lr_search, write_run


def clock_after(by: timedelta):
    return lambda: START + by


def test_a_key_is_long_and_never_the_same():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100 and all(map(is_key, keys))
    for bad in ("", "a" * 31, "a" * 33, "../" + "a" * 29, "a" * 31 + "/", "a" * 31 + "\n"):
        assert not is_key(bad)


def test_the_folder_tells_nothing_of_the_key(tmp_path):
    key = new_key()
    folder = visitor_dir(tmp_path, key)
    assert folder == visitor_dir(tmp_path, key) != visitor_dir(tmp_path, new_key())
    assert key[:6] not in str(folder)
    # Who reads the folder's name in a log cannot use it for a key.
    assert visitor_dir(tmp_path, folder.name) != folder


def test_a_visitors_shared_root_is_two_folders_up(tmp_path):
    folder = visitor_dir(tmp_path, new_key())
    assert shared_root_of(folder) == tmp_path and is_visitor_dir(folder)
    assert shared_root_of(tmp_path) == tmp_path and not is_visitor_dir(tmp_path)


def test_an_entry_names_its_folder_and_nothing_else(tmp_path):
    folder = visitor_dir(tmp_path, new_key())
    assert split_entry(tmp_path, f".visitors/{folder.name}/a-run") == (folder, "a-run")
    assert split_entry(tmp_path, "a-run") == (tmp_path, "a-run")
    for odd in ("../../etc/a-run", ".visitors/../../a-run", ".visitors/zz/a-run"):
        assert split_entry(tmp_path, odd) == (tmp_path, odd)
        with pytest.raises(RunError):
            open_work(tmp_path, odd)


def test_a_folder_of_runs_holds_a_visitors_and_no_others(tmp_path, tiny):
    mine, yours = (visitor_dir(tmp_path, new_key()) for _ in range(2))
    run = write_run(mine, tiny)
    write_run(tmp_path, tiny)  # of whoever runs the server
    assert [r.id for r in find_runs(mine)] == [r.id for r in RunIndex(mine).rows()] == [run.id]
    assert find_runs(yours) == RunIndex(yours).rows() == []
    for name in (run.id, f"../{mine.name}/{run.id}", f".visitors/{mine.name}/{run.id}"):
        for place in (yours, tmp_path):
            with pytest.raises(RunError):
                open_run(place, name)


def test_what_is_older_than_a_day_goes_with_its_entry(tmp_path, tiny):
    mine, yours = (visitor_dir(tmp_path, new_key()) for _ in range(2))
    old, young = write_run(mine, tiny, state="queued"), write_run(mine, tiny, minutes=60)
    deleted = write_run(mine, tiny, minutes=1)
    search = write_lr_search(mine, load_recipe("quick"), tiny, None)
    running = write_run(yours, tiny, state="running")
    house = write_run(tmp_path, tiny)
    Queue(mine).submit(old.id)
    delete_runs(mine, [deleted.id], clock_after(timedelta(hours=1)))
    assert delete_expired_visitor_runs(tmp_path, clock_after(RETENTION), RETENTION) == []
    gone = delete_expired_visitor_runs(
        tmp_path, clock_after(RETENTION + timedelta(minutes=30)), RETENTION
    )
    assert {Path(name).name for name in gone} == {old.id, deleted.id, search.id}
    assert [run.id for run in find_runs(mine)] == [young.id]
    assert find_runs(mine / TRASH) == [] and Queue(tmp_path).entries() == []
    assert running.cancel_requested() and running.path.is_dir()
    assert house.path.is_dir()


def test_an_empty_folder_goes_too(tmp_path, tiny):
    import os

    folder = visitor_dir(tmp_path, new_key())
    run = write_run(folder, tiny)
    RunIndex(folder).rows()
    delete_expired_visitor_runs(tmp_path, clock_after(2 * RETENTION), RETENTION)
    assert not run.path.exists() and folder.is_dir()  # somebody may just be coming back
    os.utime(folder, (START.timestamp(),) * 2)
    delete_expired_visitor_runs(tmp_path, clock_after(2 * RETENTION), RETENTION)
    assert not folder.exists()
