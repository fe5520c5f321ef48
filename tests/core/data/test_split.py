from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from core.base.errors import DataError
from core.data.balance import epoch_length
from core.data.dataset import Dataset, Photo, read_dataset
from core.data.split import epoch_size, holdout, split_photos, split_sizes
from core.recipe.files import recipe_from_dict
from core.recipe.repeats import repeat_over_folds
from core.recipe.schema import Holdout


def test_every_class_is_split_alike_and_nothing_is_lost():
    labels = [0] * 27 + [1] * 9 + [2] * 9
    train, validation = holdout(labels, Holdout())
    assert sorted(train + validation) == list(range(45))
    assert train == sorted(train)
    assert Counter(labels[i] for i in validation) == {0: 5, 1: 2, 2: 2}
    assert holdout(labels, Holdout()) == (train, validation)
    assert holdout(labels, Holdout(seed=1)) != (train, validation)


def test_the_real_set_leaves_56_or_57_to_train(small_books):
    dataset = read_dataset(small_books)
    train, validation = holdout(dataset.train_labels, Holdout())
    assert len(train) in (56, 57)
    assert len(train) + len(validation) == 71


@pytest.mark.parametrize("counts", [(2, 2), (2, 2, 2), (4, 4, 4, 4, 4), (12, 2, 2)])
def test_a_handful_of_photos_is_split_too(counts):
    labels = [number for number, count in enumerate(counts) for _ in range(count)]
    train, validation = holdout(labels, Holdout(validation=0.05))
    assert sorted(train + validation) == list(range(len(labels)))
    assert len(validation) == len(counts)
    assert {labels[i] for i in train} == set(range(len(counts)))
    recipe = recipe_from_dict({"split": {"method": "holdout", "validation": 0.05}})
    assert split_sizes(recipe, dataset_of(counts)) == (len(train), len(validation))


def test_a_share_that_leaves_too_few_to_train_is_refused():
    with pytest.raises(DataError, match=r"split\.validation: 0\.5 does not work"):
        holdout([0, 0, 0, 1, 2], Holdout(validation=0.5))


@pytest.mark.parametrize(
    ("share", "words"), [(0.1, "for validation; raise it"), (0.85, "for training; lower it")]
)
def test_a_class_that_a_share_leaves_out_is_named(share, words):
    recipe = recipe_from_dict({"split": {"method": "holdout", "validation": share}})
    with pytest.raises(DataError) as caught:
        split_photos(dataset_of([26, 2, 26]), recipe)
    assert f"leaves no photo of class class1 {words}" in str(caught.value)


# --- k folds ------------------------------------------------------------------------------------


def dataset_of(counts):
    """A data set of so many photos per class that exist in name only."""
    labels = [number for number, count in enumerate(counts) for _ in range(count)]
    names = [f"class{number}" for number in range(len(counts))]
    photos = [Photo(Path(f"{i}.jpg"), f"{names[label]}/{i}.jpg") for i, label in enumerate(labels)]
    return Dataset(
        Path(), "drawn", "", "", tuple(names), tuple(photos), tuple(labels), test_sets=()
    )


def kfold_recipe(folds, fold, seed=42):
    split = {"method": "kfold", "folds": folds, "fold": fold, "seed": seed}
    return recipe_from_dict({"split": split})


def test_each_photo_validates_in_exactly_one_fold_and_every_fold_has_every_class():
    dataset = dataset_of([27, 9, 8])
    validated = []
    for fold in range(5):
        train, validation = split_photos(dataset, kfold_recipe(5, fold))
        assert sorted(train + validation) == list(range(44))
        assert (train, validation) == (sorted(train), sorted(validation))
        counts = Counter(dataset.train_labels[i] for i in validation)
        assert counts[0] in (5, 6) and counts[1] in (1, 2) and counts[2] in (1, 2)
        validated += validation
    assert sorted(validated) == list(range(44))
    first = split_photos(dataset, kfold_recipe(5, 0))
    assert split_photos(dataset, kfold_recipe(5, 0)) == first
    assert split_photos(dataset, kfold_recipe(5, 0, seed=1)) != first


def test_the_folds_are_scikit_learns(toy_books):
    labels = list(toy_books.train_labels)
    folds = StratifiedKFold(4, shuffle=True, random_state=7).split(labels, labels)
    for fold, (train, validation) in enumerate(folds):
        found = split_photos(toy_books, kfold_recipe(4, fold, seed=7))
        assert found == (train.tolist(), validation.tolist())


def test_a_class_with_fewer_photos_than_folds_is_refused_in_one_line():
    for split in (split_photos, lambda dataset, recipe: split_sizes(recipe, dataset)):
        with pytest.raises(DataError) as caught:
            split(dataset_of([9, 4, 9]), kfold_recipe(5, 0))
        assert str(caught.value) == (
            "split.folds: 5 folds need 5 photos of each class; class1 has 4"
        )


@given(counts=st.lists(st.integers(6, 30), min_size=2, max_size=6), data=st.data())
def test_the_sizes_by_arithmetic_are_those_of_the_real_split(counts, data):
    dataset = dataset_of(counts)
    folds = data.draw(st.integers(2, 6))
    share = data.draw(st.sampled_from([0.2, 0.25, 0.3, 0.35, 0.5, 0.7]))
    fold = data.draw(st.integers(0, folds - 1))
    holdout_recipe = recipe_from_dict({"split": {"method": "holdout", "validation": share}})
    for recipe in (kfold_recipe(folds, fold), holdout_recipe):
        train, validation = split_photos(dataset, recipe)
        assert split_sizes(recipe, dataset) == (len(train), len(validation))


# --- by a column of train.csv -------------------------------------------------------------------


def csv_dataset(**columns):
    """Eight photos of two classes with such further columns of train.csv."""
    dataset = dataset_of([4, 4])
    return replace(dataset, train_columns={k: tuple(v.split()) for k, v in columns.items()})


def csv_recipe(**split):
    return recipe_from_dict({"split": {"method": "csv", **split}})


SPLIT_COLUMN = "train train validation train validation train train train"


def test_the_words_of_a_column_say_who_validates():
    dataset = csv_dataset(split=SPLIT_COLUMN, other="0 1 2 3 0 1 2 3")
    assert split_photos(dataset, csv_recipe()) == ([0, 1, 3, 5, 6, 7], [2, 4])
    assert split_sizes(csv_recipe(), dataset) == (6, 2)


def test_each_fold_of_a_column_validates_in_turn():
    dataset = csv_dataset(fold="0 1 2 0 0 1 2 1")
    recipes = repeat_over_folds(csv_recipe(column="fold", fold=0), 3)
    found = [split_photos(dataset, recipe) for recipe in recipes]
    assert [validation for _, validation in found] == [[0, 3, 4], [1, 5, 7], [2, 6]]
    assert all(sorted(train + validation) == list(range(8)) for train, validation in found)


@pytest.mark.parametrize(
    ("columns", "split", "message"),
    [
        ({}, {}, "split.column: train.csv: missing"),
        (
            {"split": SPLIT_COLUMN},
            {"fold": 1},
            "split.fold: split of train.csv contains words, not folds",
        ),
        (
            {"split": SPLIT_COLUMN.replace("validation", "test")},
            {},
            "split.column: split of class0/2.jpg in train.csv must be train or validation, or a",
        ),
        ({"split": "train " * 8}, {}, "split.column: train.csv: no photo is marked validation in"),
        (
            {"split": "validation " * 4 + "train " * 4},
            {},
            "split.column: train.csv: split leaves no photo of class0 for training; each class",
        ),
        (
            {"split": "validation train train train " + "train " * 4},
            {},
            "split.column: train.csv: split leaves no photo of class1 for validation; each class",
        ),
        (
            {"fold": "0 0 1 1 1 1 1 1"},
            {"column": "fold", "fold": 0},
            "split.column: train.csv: fold leaves no photo of class1 for validation; each class",
        ),
        (
            {"fold": "0 1 2 0 0 1 2 1"},
            {"column": "fold"},
            "split.fold: missing; fold of train.csv contains folds (0, 1, 2); choose the "
            "one for validation",
        ),
        (
            {"fold": "1 2 1 2 1 2 1 2"},
            {"column": "fold", "fold": 0},
            "split.fold: must be one of 1, 2 (fold of train.csv), not 0",
        ),
    ],
)
def test_a_column_that_does_not_fit_is_refused_in_one_line(columns, split, message):
    dataset = csv_dataset(**columns)
    for find in (split_photos, lambda dataset, recipe: split_sizes(recipe, dataset)):
        with pytest.raises(DataError) as caught:
            find(dataset, csv_recipe(**split))
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)


def test_the_columns_there_are_are_told(tmp_path):
    (tmp_path / "train.csv").write_text("")
    dataset = replace(csv_dataset(fold="0 1 0 1 0 1 0 1"), root=tmp_path)
    with pytest.raises(DataError, match=r"has no column split \(available: fold\)"):
        split_photos(dataset, csv_recipe())


@given(counts=st.lists(st.integers(6, 30), min_size=2, max_size=6), data=st.data())
def test_an_epochs_size_is_that_of_its_photos_to_within_one_a_class(counts, data):
    dataset = dataset_of(counts)
    balance = data.draw(st.sampled_from(["none", "oversample"]))
    share = data.draw(st.sampled_from([0.2, 0.35, 0.5]))
    recipe = recipe_from_dict(
        {"split": {"method": "holdout", "validation": share}, "balance": balance}
    )
    train, _ = split_photos(dataset, recipe)
    exact = epoch_length([dataset.train_labels[i] for i in train], recipe.balance)
    slack = 0 if balance == "none" else len(counts)
    assert abs(epoch_size(recipe, dataset) - exact) <= slack
