"""The hidden draw: one for each folder of runs, whole or not there, no data set."""

from __future__ import annotations

from functools import partial

import pytest

from core.base import files
from core.base.errors import DataError
from core.data import challenge_photos
from core.data.challenge_photos import (
    CLASSES,
    draw_challenge_set,
    find_challenge_set,
    read_challenge_set,
)
from core.data.dataset import find_datasets

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small_photos(monkeypatch):
    """Photos of other sizes are drawn by the same rules."""
    small = partial(challenge_photos.draw_toy_books, long_side=256)
    monkeypatch.setattr(challenge_photos, "draw_toy_books", small)


def test_a_folder_of_runs_has_one_draw_that_no_list_shows(tmp_path):
    first, second = tmp_path / "runs", tmp_path / "others"
    assert find_challenge_set(first) is None
    done = []
    draw = draw_challenge_set(first, 2, lambda number, of: done.append((number, of)))
    assert done == [(1, 2), (2, 2)]
    assert draw_challenge_set(first, 2) == draw == find_challenge_set(first)
    test_set = read_challenge_set(draw)
    assert len(test_set.photos) == 2
    assert {label.primary for label in test_set.labels.values()} <= set(CLASSES)
    assert all(test_set.boxes[photo.file] for photo in test_set.photos)
    assert find_datasets(tmp_path) == find_datasets(first) == []
    # Another folder's photos are others: the seed is in no file of the project.
    assert draw_challenge_set(second, 2).fingerprint != draw.fingerprint

    test_set.photos[0].path.unlink()
    with pytest.raises(DataError, match="missing or changed; delete the folder"):
        read_challenge_set(draw)
    (draw.root / "drawn.json").write_text("{", "utf-8")
    with pytest.raises(DataError, match=r"drawn\.json: damaged; delete"):
        find_challenge_set(first)


def test_who_waited_while_another_drew_has_that_draw(tmp_path, monkeypatch):
    locked, drawn = files.locked, []

    def locked_late(path):
        monkeypatch.setattr(files, "locked", locked)
        drawn.append(draw_challenge_set(tmp_path, 2))
        return locked(path)

    monkeypatch.setattr(files, "locked", locked_late)
    assert [draw_challenge_set(tmp_path, 2)] == drawn
    assert len(read_challenge_set(drawn[0]).photos) == 2


def test_drawing_that_is_stopped_leaves_nothing_behind(tmp_path):
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_challenge_set(tmp_path, 2, stop)
    assert find_challenge_set(tmp_path) is None
    assert [path.name for path in (tmp_path / ".challenge").iterdir()] == [".drawing.lock"]
