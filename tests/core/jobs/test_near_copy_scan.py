"""core.jobs.near_copy_scan: a large set is searched in another process, with the same answer."""

from __future__ import annotations

import shutil

import pytest

from core.base.errors import DataError
from core.data.dataset import read_dataset
from core.data.near_copies import cached_near_copies, find_near_copies
from core.jobs import near_copy_scan
from tests.factory import write_dataset

pytestmark = pytest.mark.slow


def test_a_large_set_is_searched_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(near_copy_scan, "MAX_IN_PROCESS_PHOTOS", 3)
    dataset = write_dataset(tmp_path / "books", photos=2)
    shutil.copyfile(dataset.train[0].path, dataset.root / "test" / "img_9.jpg")
    dataset = read_dataset(dataset.root)
    assert cached_near_copies(dataset, tmp_path / "runs") is None
    monkeypatch.setattr("core.data.near_copies.find_near_copies", None)  # not here
    found = near_copy_scan.near_copies_in_subprocess(dataset, tmp_path / "runs")
    assert [pair.file for pair in found] == ["img_9.jpg"]
    assert (
        found
        == find_near_copies(dataset)
        == near_copy_scan.near_copies_in_subprocess(dataset, tmp_path / "runs")
    )


def test_a_photo_that_cannot_be_read_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(near_copy_scan, "MAX_IN_PROCESS_PHOTOS", 3)
    dataset = write_dataset(tmp_path / "books", photos=2)
    (dataset.root / "test" / "img_0.jpg").write_bytes(b"no photo")
    with pytest.raises(DataError, match=r"img_0\.jpg: not a readable photo"):
        near_copy_scan.near_copies_in_subprocess(dataset, tmp_path / "runs")
