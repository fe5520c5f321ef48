"""Which training photos train and which validate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.data.dataset import Dataset
from core.errors import DataError
from core.recipe import Holdout, KFold, Recipe


def split_photos(dataset: Dataset, recipe: Recipe) -> tuple[list[int], list[int]]:
    """Indices of the photos that train and of those that validate.

    Raises DataError when the recipe's split does not fit the photos: each class needs a photo on
    either side.
    """
    split = recipe.split
    if isinstance(split, KFold):
        return kfold(dataset, split)
    assert isinstance(split, Holdout)  # core.recipe_file refuses the others
    train, validation = holdout(dataset.train_labels, split)
    for chosen, verb, change in ((train, "train on", "lower"), (validation, "validate", "raise")):
        there = {dataset.train_labels[i] for i in chosen}
        for number, name in enumerate(dataset.classes):
            if number not in there:
                raise DataError(
                    f"split.validation: {split.validation:g} leaves no photo of class {name} to "
                    f"{verb}: {change} it, or add photos of {name}"
                )
    return train, validation


def split_sizes(recipe: Recipe, dataset: Dataset) -> tuple[int, int]:
    """How many photos train and how many validate, by arithmetic alone: it is quick enough for
    every look at a page, and a test holds it to `split_photos`.

    Raises DataError when a class has fewer photos than there are folds.
    """
    split, photos = recipe.split, len(dataset.train)
    if isinstance(split, KFold):
        _check_folds(dataset, split)
        validation = photos // split.folds + (split.fold < photos % split.folds)
    else:
        assert isinstance(split, Holdout)
        validation = math.ceil(photos * split.validation)
    return photos - validation, validation


def holdout(labels: Sequence[int], split: Holdout) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos, each class split alike.

    Uses scikit-learn's `train_test_split(stratify=labels)`, as the article did but for stratify.
    Raises DataError when the share leaves a side with fewer photos than there are classes.
    """
    from sklearn.model_selection import train_test_split

    try:
        train, validation = train_test_split(
            np.arange(len(labels)),
            test_size=split.validation,
            random_state=split.seed,
            stratify=np.asarray(labels),
        )
    except ValueError as error:
        raise DataError(
            f"split.validation: {split.validation:g} does not fit ({error}); choose another share"
        ) from None
    # In the folder's order: what an epoch sees first is decided by the run's seed alone.
    return sorted(train.tolist()), sorted(validation.tolist())


def kfold(dataset: Dataset, split: KFold) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos of one fold, each class split alike.

    The folds of one seed share out the photos: each photo validates in exactly one of them
    (scikit-learn's `StratifiedKFold`, shuffled by the seed). Raises DataError when a class has
    fewer photos than there are folds.
    """
    from sklearn.model_selection import StratifiedKFold

    _check_folds(dataset, split)
    folds = StratifiedKFold(split.folds, shuffle=True, random_state=split.seed)
    labels = np.asarray(dataset.train_labels)
    train, validation = list(folds.split(labels, labels))[split.fold]
    return train.tolist(), validation.tolist()


def _check_folds(dataset: Dataset, split: KFold) -> None:
    """Each fold must validate every class."""
    count, name = min((count, name) for name, count in dataset.class_counts().items())
    if count < split.folds:
        raise DataError(
            f"split.folds: {split.folds} folds need {split.folds} photos of each class, "
            f"and {name} has {count}"
        )
