"""What a kill leaves is swept once it is old; what is being written, and what is whole, stays."""

import errno
import os
from datetime import timedelta

from core.base import files
from core.store.leftovers import MIN_AGE, delete_unfinished_files
from core.store.status import utc_now
from tests.factory import write_run


def test_only_what_is_old_and_unfinished_goes(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    before = set(tmp_path.rglob("*"))
    left = [
        tmp_path / ".20260301-090000-quick-s0-0000.00000000.tmp",
        run.path / ".results.00000000.tmp",
        run.path / ".status.json.123.tmp",
        run.path / "checkpoint" / ".state.json.00000000.tmp",
        tmp_path / ".features" / ".abc.safetensors.00000000.tmp",
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if path in left[:2] else path.touch()
    (left[0] / "recipe.yaml").touch()
    before |= {run.path / "checkpoint", tmp_path / ".features"}
    assert delete_unfinished_files(tmp_path, utc_now) == []
    assert sorted(delete_unfinished_files(tmp_path, lambda: utc_now() + 2 * MIN_AGE)) == sorted(
        left
    )
    assert set(tmp_path.rglob("*")) == before


def test_a_file_that_is_being_written_has_such_a_name(tmp_path, monkeypatch):
    """In whichever thread: two that write the same file do not meet."""
    seen = []
    flush = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (seen.extend(tmp_path.iterdir()), flush(file)))
    for _ in range(2):
        files.write_text(tmp_path / "a", "a")
    names = {path for path in seen if path.name != "a"}
    assert len(names) == 2
    for path in names:
        path.touch()
    later = utc_now() + MIN_AGE + timedelta(minutes=1)
    assert set(delete_unfinished_files(tmp_path, lambda: later)) == names


def test_where_a_disk_has_no_locks_everything_is_written_and_nothing_swept(tmp_path, monkeypatch):
    def refuse(file, how):
        raise OSError(errno.EBADF, "no locks here")

    monkeypatch.setattr("fcntl.flock", refuse)
    files.write_text(tmp_path / "a", "a")
    with files.staging(tmp_path / ".b.tmp") as stage:
        assert delete_unfinished_files(tmp_path, lambda: utc_now() + 2 * MIN_AGE) == []
        assert stage.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
