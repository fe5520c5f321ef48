"""core.data.photo_grid: what hangs on a wall, and its small copies."""

from __future__ import annotations

import io
import shutil

import pytest
from PIL import Image

from core.base.errors import DataError
from core.data import photo_grid
from core.data import photos as photo_files
from core.data.dataset import read_dataset
from core.data.label_tables import Box
from core.data.near_copies import NearCopyPair
from core.data.split import split_photos
from core.recipe.files import load_recipe
from tests.factory import write_dataset

PAIRS = (NearCopyPair("test", "img_1.jpg", "red/red_2.jpg", 0.973),)


def test_train_and_validation_are_as_quick_parts_them(tiny):
    training, validating = split_photos(tiny, load_recipe("quick"))
    for split, chosen in (("train", training), ("validation", validating)):
        photos = photo_grid.grid_photos(tiny, split)
        assert [one.photo for one in photos] == [tiny.train[i] for i in chosen]
        assert [one.primary for one in photos] == [one.photo.file.split("/")[0] for one in photos]
        assert not any(one.truth.boxes or one.copy_texts or one.fold for one in photos)


def test_each_photo_validates_in_one_fold(tiny):
    photos = photo_grid.grid_photos(tiny, "train", folds=4)
    folds = {one.photo.file: one.fold for one in photos}
    assert len(folds) == len(tiny.train)
    assert [one.fold for one in photos] == sorted(folds.values())
    for fold in range(4):
        recipe = load_recipe("quick", {"split": {"method": "kfold", "folds": 4, "fold": fold}})
        held_out = {tiny.train[i].file for i in split_photos(tiny, recipe)[1]}
        assert held_out == {file for file, found in folds.items() if found == fold}
    assert photo_grid.max_folds(tiny) == 4
    with pytest.raises(DataError, match="5 folds need 5 photos"):
        photo_grid.grid_photos(tiny, "train", folds=5)


def test_a_test_set_hangs_with_labels_boxes_and_copies(tiny):
    photos = photo_grid.grid_photos(tiny, "test", PAIRS)
    assert [one.primary for one in photos] == ["blue", "red", "blue"]
    assert photos[1].copy_texts == ("a near-copy of train/red/red_2.jpg (97% similar)",)
    assert photos[1].truth.boxes == tiny.test_set("test").boxes["img_1.jpg"]
    everything = [
        p for s in ("train", "validation") for p in photo_grid.grid_photos(tiny, s, PAIRS)
    ]
    assert {p.photo.file: p.copy_texts for p in everything if p.copy_texts} == {
        "red/red_2.jpg": ("test/img_1.jpg is a near-copy of it (97% similar)",)
    }
    assert photo_grid.grid_splits(tiny) == ["train", "validation", "test", "test_difficult"]
    with pytest.raises(DataError, match="no test set elsewhere"):
        photo_grid.grid_photos(tiny, "elsewhere")


def test_kinds_count_what_is_shown(tmp_path):
    root = write_dataset(tmp_path / "books").root
    lines = (root / "labels.csv").read_text("utf-8").splitlines()
    (root / "labels.csv").write_text("\n".join(lines[:-2]), "utf-8")  # two fewer are labelled
    with (root / "boxes.csv").open("a", encoding="utf-8") as file:
        file.write("test_difficult,img_0.jpg,atlas,0.1,0.1,0.2,0.2,1\n")
    dataset = read_dataset(root)
    photos = photo_grid.grid_photos(dataset, "test_difficult")
    assert photos[0].categories() == ["blue", "red", "atlas"]
    assert photos[0].truth.boxes[-1] == Box("atlas", 0.1, 0.1, 0.2, 0.2, 1)
    assert photos[5].categories() == ["not labelled"]
    assert photo_grid.category_counts(photos, dataset.classes) == {
        "blue": 5,
        "red": 5,
        "atlas": 1,
        "not labelled": 2,
    }


def test_a_small_copy_is_made_once_for_a_content(tiny, tmp_path, monkeypatch):
    photo = tiny.train[0].path
    first = photo_files.read_thumbnail(photo, tmp_path, 64)
    with Image.open(io.BytesIO(first)) as image:
        assert image.format == "JPEG" and image.size == (64, 48)
    other = shutil.copyfile(photo, tmp_path / "renamed.jpg")
    monkeypatch.setattr(photo_files, "open_photo", None)  # not made again
    assert photo_files.read_thumbnail(other, tmp_path, 64) == first


def test_a_small_copy_does_without_a_place_to_keep_it(tiny, tmp_path):
    (tmp_path / "file").touch()
    assert photo_files.read_thumbnail(tiny.train[0].path, tmp_path / "file", 64)
    with pytest.raises(DataError, match=r"gone\.jpg: No such file"):
        photo_files.read_thumbnail(tmp_path / "gone.jpg", tmp_path, 64)
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    with pytest.raises(DataError, match=r"bad\.jpg: not a readable photo"):
        photo_files.read_thumbnail(tmp_path / "bad.jpg", tmp_path, 64)
