"""Shoots: told by time, near-copies or a column; a split by shoot tears none apart."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from core.base.errors import DataError
from core.data.dataset import read_dataset
from core.data.shoots import count_occasions, find_shoots
from core.data.split import split_photos, split_sizes
from core.recipe.files import recipe_from_dict
from core.recipe.repeats import repeat_over_folds
from tests.core.data.test_split import dataset_of
from tests.factory import write_dataset


def recipe_by_shoot(**split):
    return recipe_from_dict({"split": {"method": "group", "folds": 2, **split}})


def set_time(path, moment):
    with Image.open(path) as image:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{moment:%Y:%m:%d %X}"
        image.save(path, exif=exif)


@pytest.fixture
def two_shoots(tmp_path):
    """Four photos of each class, two of each from the first of May and two from the second."""
    dataset = write_dataset(tmp_path / "books")
    for i, photo in enumerate(dataset.train):
        set_time(photo.path, datetime(2026, 5, 1 + i % 2, 9) + timedelta(minutes=20 * i))
    return dataset


def test_photos_within_an_hour_of_one_another_are_one_shoot(two_shoots, tmp_path):
    assert [*find_shoots(two_shoots).values()] == [i % 2 for i in range(len(two_shoots.train))]
    assert count_occasions(two_shoots) == 2
    set_time(two_shoots.train[0].path, datetime(2020, 1, 1))
    assert count_occasions(two_shoots) == 3
    assert count_occasions(write_dataset(tmp_path / "untimed")) == 0


def test_a_split_by_shoot_tears_none_apart(two_shoots):
    validated = []
    for recipe in repeat_over_folds(recipe_by_shoot(), 2):
        train, validation = split_photos(two_shoots, recipe)
        assert {i % 2 for i in train}.isdisjoint({i % 2 for i in validation})
        assert split_sizes(recipe, two_shoots) == (len(train), len(validation))
        validated += validation
    assert sorted(validated) == list(range(len(two_shoots.train)))


def test_near_copies_are_of_one_shoot(tmp_path):
    dataset = write_dataset(tmp_path / "books")
    shutil.copy(dataset.train[0].path, dataset.train[0].path.with_name("copy.jpg"))
    again = read_dataset(dataset.root)
    files = [photo.file for photo in again.train]
    numbers = find_shoots(again)
    folder = dataset.train[0].file.split("/")[0]
    assert numbers[files.index(f"{folder}/copy.jpg")] == numbers[files.index(dataset.train[0].file)]


@given(data=st.data(), counts=st.lists(st.integers(4, 9), min_size=2, max_size=3))
def test_a_photo_stays_on_its_side_when_others_join(data, counts):
    dataset = dataset_of(counts)
    files = [photo.file for photo in dataset.train]
    shoots = [data.draw(st.sampled_from(["a", "b", "c", "d", ""])) for _ in files]
    when = [data.draw(st.sampled_from([0, 0, 1, 2])) for _ in files]
    sides = []
    for last in range(3):
        kept = [i for i, number in enumerate(when) if number <= last]
        part = replace(
            dataset,
            train=tuple(dataset.train[i] for i in kept),
            train_labels=tuple(dataset.train_labels[i] for i in kept),
            train_columns={"shoot": tuple(shoots[i] for i in kept)},
            added={files[i]: when[i] for i in kept if when[i]},
        )
        try:
            train, validation = split_photos(part, recipe_by_shoot(column="shoot"))
        except DataError:  # a class with one shoot alone
            return
        sides.append(
            {kept[i]: "train" for i in train} | {kept[i]: "validation" for i in validation}
        )
        named = [{shoots[kept[i]] for i in side} - {""} for side in (train, validation)]
        assert named[0].isdisjoint(named[1])
    assert sides[0].items() <= sides[1].items() <= sides[2].items()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "split.column: train.csv: missing"),
        ({"shoot": ("a",) * 8}, "split.folds: 2 folds need as many shoots; there are 1"),
        ({"shoot": (*"aaaabcbc",)}, "split.fold: fold 0 leaves no photo of class class0 "),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(columns, words):
    dataset = replace(dataset_of([4, 4]), train_columns=columns)
    with pytest.raises(DataError) as caught:
        split_photos(dataset, recipe_by_shoot(column="shoot"))
    assert str(caught.value).startswith(words)


def test_photos_without_a_word_are_shoots_of_their_own():
    dataset = replace(dataset_of([5]), train_columns={"shoot": ("a", "", "a", "", "b")})
    assert [*find_shoots(dataset, "shoot").values()] == [0, 1, 0, 2, 3]
