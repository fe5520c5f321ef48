"""A folder of runs is copied while it is in use, and the copy is one, too."""

import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace

import pytest

from core.base import files
from core.base.errors import InputError
from core.jobs.local import mark_lost, recover_queue
from core.jobs.queue import Entry, Queue
from core.jobs.tasks.attempt import run_lifecycle
from core.store.backup import back_up
from core.store.index import RunIndex
from core.store.run import Run, find_runs
from core.store.status import utc_now
from core.store.trash import delete_runs, deleted_runs
from core.store.visitors import new_key, visitor_dir
from tests.factory import write_run


def restore(file, folder):
    """As docs/hosting.md says."""
    subprocess.run([sys.executable, "-m", "zipfile", "-e", file, folder], check=True)
    return folder


def write_checkpoint(run, epoch):
    """As core.train.checkpoint replaces one: another folder is filled and takes its place."""
    beside = run.path / ".checkpoint.new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for name in ("weights.safetensors", "optimizer.safetensors", "state.json"):
        (beside / name).write_text(str(epoch) * 50_000)
    old = run.path / ".checkpoint.old"
    shutil.rmtree(old, ignore_errors=True)
    if (run.path / "checkpoint").exists():
        (run.path / "checkpoint").rename(old)
    beside.rename(run.path / "checkpoint")


def test_what_is_in_use_is_copied_whole(tmp_path, tiny):
    runs, file = tmp_path / "runs", tmp_path / "all.zip"
    done, waits = write_run(runs, tiny), write_run(runs, tiny, state="queued", minutes=1)
    gone = write_run(runs, tiny, minutes=2)
    visitors = write_run(visitor_dir(runs, new_key()), tiny, minutes=3)
    trained = write_run(runs, tiny, state="queued", minutes=4)
    delete_runs(runs, [gone.id], utc_now)
    for run in (trained, waits):
        Queue(runs).submit(run.id)
    Queue(runs).claim(2**22 + 1)
    (runs / ".features").mkdir()
    (runs / ".features" / "large").touch()
    (runs / ".home").mkdir()
    (runs / ".home" / "secrets.toml").touch()
    (runs / "link").symlink_to("/etc/passwd")
    rows, over = RunIndex(runs).rows(), threading.Event()

    def use():
        epoch = 0
        with run_lifecycle(trained, utc_now):
            while not over.is_set():
                epoch += 1
                files.write_text(trained.path / "history.csv", "epoch\n" * 10_000)
                write_checkpoint(trained, epoch % 10)
                Queue(runs).move(waits.id, "first")
                trained.write_status(replace(trained.status(), epoch=epoch))
                if epoch == 1:
                    begun.set()

    begun, user = threading.Event(), threading.Thread(target=use)
    user.start()
    begun.wait()
    try:
        assert back_up(runs, file) == 5
    finally:
        over.set()
        user.join()
    copy = restore(file, tmp_path / "copy")

    for run in (done, visitors, gone):
        place = copy / run.path.relative_to(runs) if run is not gone else copy / ".trash" / run.id
        source = run.path if run is not gone else runs / ".trash" / run.id
        assert {p.name: p.read_bytes() for p in source.iterdir()} == {
            p.name: p.read_bytes() for p in place.iterdir()
        }
    assert [run.id for run in deleted_runs(copy)] == [gone.id]
    assert Queue(copy).entries() == [Entry(trained.id, 2**22 + 1), Entry(waits.id, None)]
    assert {row.id for row in RunIndex(copy).rows()} == {row.id for row in rows}
    assert not any((copy / name).exists() for name in (".features", ".home", "link"))
    assert not list(copy.rglob(".*.tmp")) and not list(tmp_path.glob(".*"))
    found = Run(copy / trained.id)
    kept = {path.read_text() for path in (found.path / "checkpoint").glob("*")}
    assert len(kept) <= 1  # of one epoch, or none
    assert mark_lost(found, utc_now) or recover_queue(copy, utc_now)
    assert found.resumable() and not find_runs(copy)[0].owned()


def test_what_cannot_be_written_is_told_and_nothing_is_left(tmp_path, tiny):
    write_run(tmp_path / "runs", tiny)
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(InputError, match=r"there\.zip: already exists"):
        back_up(tmp_path / "runs", tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_text() == "mine"
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file"):
        back_up(tmp_path / "runs", tmp_path / "file" / "a.zip")
    with pytest.raises(InputError, match="nowhere"):
        back_up(tmp_path / "nowhere", tmp_path / "a.zip")
    (tmp_path / "runs" / "queue.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match="not a database"):
        back_up(tmp_path / "runs", tmp_path / "a.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "runs", "there.zip"]


def test_a_backup_may_lie_in_the_folder_itself(tmp_path, tiny):
    write_run(tmp_path, tiny)
    assert back_up(tmp_path, tmp_path / "one.zip") == 1
    with zipfile.ZipFile(tmp_path / "one.zip") as zip_:
        assert "one.zip" not in zip_.namelist() and zip_.testzip() is None
