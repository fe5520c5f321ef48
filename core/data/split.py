"""Which training photos train and which validate.

Photos that were there from the start are split from themselves alone, and each later addition
(core.data.addition_log) by itself: so a photo's side never changes when others join.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from core.base.errors import DataError
from core.base.language import N_
from core.base.random_streams import generator
from core.data.balance import epoch_length
from core.data.dataset import Dataset, TestSet
from core.data.shoots import find_shoots
from core.recipe.schema import CsvSplit, GroupSplit, Holdout, KFold, Recipe

TRAIN, VALIDATION = "train", "validation"  # the words of a column of train.csv


def build_validation_set(dataset: Dataset, recipes: Iterable[Recipe]) -> TestSet:
    """The photos that validate in any of these recipes, as a set of photos to look at. Raises
    DataError as split_photos does."""
    validating = {photo for recipe in recipes for photo in split_photos(dataset, recipe)[1]}
    return dataset.held_out([dataset.train[photo].file for photo in sorted(validating)])


def split_photos(dataset: Dataset, recipe: Recipe) -> tuple[list[int], list[int]]:
    """Indices of the photos that train and of those that validate.

    Raises DataError when the recipe's split does not fit the photos: each class needs a photo on
    either side."""
    split = recipe.split
    if isinstance(split, KFold):
        return kfold(dataset, split)
    if isinstance(split, GroupSplit):
        return group_split(dataset, split)
    if isinstance(split, CsvSplit):
        return csv_split(dataset, split)
    train, validation = holdout_photos(dataset, split)
    return _checked_sides(
        dataset,
        train,
        validation,
        N_(
            "split.validation: {share:g} leaves no photo of class {name} for training; "
            "lower it, or add photos of {name}"
        ),
        N_(
            "split.validation: {share:g} leaves no photo of class {name} for validation; "
            "raise it, or add photos of {name}"
        ),
        share=split.validation,
    )


def _checked_sides(
    dataset: Dataset,
    train: list[int],
    validation: list[int],
    untrained: str,
    unvalidated: str,
    **values: object,
) -> tuple[list[int], list[int]]:
    """Both sides. Raises DataError, `untrained` or `unvalidated` with the values and `name`, where
    a class has no photo on one of them."""
    for chosen, problem in ((train, untrained), (validation, unvalidated)):
        there = {dataset.train_labels[i] for i in chosen}
        for number, name in enumerate(dataset.classes):
            if number not in there:
                raise DataError(problem.format(name=name, **values))
    return train, validation


def split_sizes(recipe: Recipe, dataset: Dataset) -> tuple[int, int]:
    """How many photos train and how many validate, by arithmetic alone: it is quick enough for
    every look at a page, and a test holds it to `split_photos`.

    Raises DataError when a class has fewer photos than there are folds, or train.csv does not fit.
    """
    split, counts = recipe.split, original_counts(dataset)
    if isinstance(split, CsvSplit | GroupSplit):
        training, validating = split_photos(dataset, recipe)
        return len(training), len(validating)
    photos = counts.total()
    if isinstance(split, KFold):
        _check_folds(dataset, split)
        validation = photos // split.folds + (split.fold < photos % split.folds)
    else:
        validation = holdout_size(photos, len(counts), split)
    validation += len(_added_validation(dataset, split))
    return len(dataset.train) - validation, validation


def with_valid_split(recipe: Recipe, dataset: Dataset) -> Recipe:
    """The recipe, with the usual split where its own does not fit the photos."""
    try:
        split_sizes(recipe, dataset)
    except DataError:
        return recipe.model_copy(update={"split": Holdout()})
    return recipe


def holdout_size(photos: int, classes: int, split: Holdout) -> int:
    """How many photos validate: the recipe's share, but no fewer than there are classes, so that
    it also fits a handful of photos."""
    return max(classes, math.ceil(photos * split.validation))


def epoch_size(recipe: Recipe, dataset: Dataset) -> int:
    """How many views an epoch shows, as quickly. Exact, but for `balance: oversample` with a split
    that shares out the classes: there the largest class's part may be rounded the other way."""
    if isinstance(recipe.split, CsvSplit | GroupSplit):
        training, _ = split_photos(dataset, recipe)
        return epoch_length([dataset.train_labels[i] for i in training], recipe.balance)
    training_photos, _ = split_sizes(recipe, dataset)
    if recipe.balance == "none":
        return training_photos
    counts = dataset.class_counts().values()
    return len(counts) * round(max(counts) * training_photos / len(dataset.train))


def holdout_photos(dataset: Dataset, split: Holdout) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos of a data set. Raises DataError as
    `holdout` does."""
    original = _original_photos(dataset)
    _, held_out = holdout([dataset.train_labels[i] for i in original], split)
    return _sides(dataset, split, [original[i] for i in held_out])


def original_counts(dataset: Dataset) -> Counter[str]:
    """Training photos per class that were there from the start."""
    return Counter(dataset.classes[dataset.train_labels[i]] for i in _original_photos(dataset))


def _original_photos(dataset: Dataset) -> list[int]:
    return [i for i, photo in enumerate(dataset.train) if photo.file not in dataset.added]


def _sides(
    dataset: Dataset, split: Holdout | KFold, held_out: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Both sides, from the original photos that validate."""
    validating = {*held_out} | _added_validation(dataset, split)
    train = [i for i in range(len(dataset.train)) if i not in validating]
    return train, sorted(validating)


def _added_validation(dataset: Dataset, split: Holdout | KFold) -> set[int]:
    """Of the photos that joined later, those that validate. Each class of each addition is
    shuffled, then every so many-th photo validates from a random one on (systematic sampling): on
    average exactly the share, also when photos join one by one."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, photo in enumerate(dataset.train):
        if photo.file in dataset.added:
            groups[dataset.added[photo.file], dataset.train_labels[i]].append(i)
    found = set()
    for (number, label), photos in groups.items():
        random = generator(split.seed, "addition", number, dataset.classes[label])
        start = random.random()
        for rank, place in enumerate(random.permutation(len(photos))):
            if isinstance(split, KFold):
                validates = (rank + int(start * split.folds)) % split.folds == split.fold
            else:
                share = split.validation
                validates = int((rank + 1) * share + start) > int(rank * share + start)
            if validates:
                found.add(photos[place])
    return found


def holdout(labels: Sequence[int], split: Holdout) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos, each class split alike.

    Uses scikit-learn's `train_test_split(stratify=labels)`, as the article did but for stratify.
    Raises DataError when the share leaves a side with fewer photos than there are classes."""
    from sklearn.model_selection import train_test_split

    try:
        train, validation = train_test_split(
            np.arange(len(labels)),
            test_size=holdout_size(len(labels), len(set(labels)), split),
            random_state=split.seed,
            stratify=np.asarray(labels),
        )
    except ValueError as error:
        told = N_("split.validation: {share:g} does not work ({error}); choose another fraction")
        raise DataError(told.format(share=split.validation, error=error)) from None
    # In the folder's order: what an epoch sees first is decided by the run's seed alone.
    return sorted(train.tolist()), sorted(validation.tolist())


def kfold(dataset: Dataset, split: KFold) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos of one fold, each class split alike.

    The folds of one seed share out the photos: each photo validates in exactly one of them
    (scikit-learn's `StratifiedKFold`, shuffled by the seed). Raises DataError when a class has
    fewer photos than there are folds."""
    from sklearn.model_selection import StratifiedKFold

    _check_folds(dataset, split)
    folds = StratifiedKFold(split.folds, shuffle=True, random_state=split.seed)
    original = _original_photos(dataset)
    labels = np.asarray([dataset.train_labels[i] for i in original])
    _, held_out = list(folds.split(labels, labels))[split.fold]
    return _sides(dataset, split, [original[i] for i in held_out])


def validation_folds(dataset: Dataset, folds: int, seed: int) -> list[int]:
    """For each training photo the number of the fold (from 0) in which it validates. Raises
    DataError when a class has fewer photos than there are folds."""
    found = [0] * len(dataset.train)
    for fold in range(folds):
        _, held_out = kfold(dataset, KFold(method="kfold", folds=folds, fold=fold, seed=seed))
        for photo in held_out:
            found[photo] = fold
    return found


def _check_folds(dataset: Dataset, split: KFold | GroupSplit) -> None:
    """Each fold must validate every class."""
    count, name = min((count, name) for name, count in original_counts(dataset).items())
    if count < split.folds:
        told = N_(
            "split.folds: {folds} folds need {folds} photos of each class; {name} has {count}"
        )
        raise DataError(told.format(folds=split.folds, name=name, count=count))


def group_split(dataset: Dataset, split: GroupSplit) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos of one fold, where no shoot is on both
    sides (scikit-learn's `StratifiedGroupKFold`, shuffled by the seed).

    Photos that joined later go where their shoot is; a new shoot of an addition validates in one of
    the folds at random. Raises DataError when there is no such column, there are fewer shoots than
    folds, or a class would not train or not validate."""
    from sklearn.model_selection import StratifiedGroupKFold

    _check_folds(dataset, split)
    if split.column is not None:
        _read_column(dataset, split.column)
    added = [dataset.added.get(photo.file, 0) for photo in dataset.train]
    original = _original_photos(dataset)
    groups = find_shoots(dataset, split.column, original)
    count = len({*groups.values()})
    if count < split.folds:
        told = N_("split.folds: {folds} folds need as many shoots; there are {count}")
        raise DataError(told.format(folds=split.folds, count=count))
    labels = np.asarray([dataset.train_labels[i] for i in original])
    folds = StratifiedGroupKFold(split.folds, shuffle=True, random_state=split.seed)
    _, held_out = [*folds.split(labels, labels, [groups[i] for i in original])][split.fold]
    validating = {original[i]: True for i in held_out}
    sides = {i: validating.get(i, False) for i in original}
    for number in sorted({*added} - {0}):
        known = [i for i, when in enumerate(added) if when <= number]
        groups = find_shoots(dataset, split.column, known)
        of_group = {groups[i]: side for i, side in reversed(sides.items())}  # the first one counts
        random = generator(split.seed, "addition", number, "shoots")
        for i in known:
            if i not in sides:
                new = int(random.integers(split.folds)) == split.fold
                sides[i] = of_group.setdefault(groups[i], new)
    train = [i for i, validates in sorted(sides.items()) if not validates]
    held = [i for i, validates in sorted(sides.items()) if validates]
    return _checked_sides(
        dataset,
        train,
        held,
        N_(
            "split.fold: fold {fold} leaves no photo of class {name} for training; each "
            "class needs photos of two shoots; choose another fold or another number of "
            "folds"
        ),
        N_(
            "split.fold: fold {fold} has no photo of class {name} for validation; each "
            "class needs photos of two shoots; choose another fold or another number of "
            "folds"
        ),
        fold=split.fold,
    )


def csv_split(dataset: Dataset, split: CsvSplit) -> tuple[list[int], list[int]]:
    """Indices of the training and of the validation photos, as a column of train.csv says: in
    words, or by the number of each photo's fold, one of which validates.

    Raises DataError when there is no such column, a value is neither, or a class would not train
    or not validate."""
    table, column = dataset.root / "train.csv", split.column
    values = _read_column(dataset, column)
    if all(value.isdecimal() for value in values):
        validating = _validating_by_fold(split, [int(value) for value in values])
    else:
        validating = _validating_by_word(split, values, [photo.file for photo in dataset.train])
    train = [i for i in range(len(values)) if i not in validating]
    if not validating:
        told = N_("split.column: {table}: no photo is marked {validation} in {column}")
        raise DataError(told.format(table=table, validation=VALIDATION, column=column))
    return _checked_sides(
        dataset,
        train,
        sorted(validating),
        N_(
            "split.column: {table}: {column} leaves no photo of {name} for training; each "
            "class needs one on either side"
        ),
        N_(
            "split.column: {table}: {column} leaves no photo of {name} for validation; "
            "each class needs one on either side"
        ),
        table=table,
        column=column,
    )


def _read_column(dataset: Dataset, column: str) -> Sequence[str]:
    """A further column of train.csv. Raises DataError where there is none."""
    values = dataset.train_columns.get(column)
    if values is None:
        table = dataset.root / "train.csv"
        what = N_("split.column: {table}: missing")
        if table.is_file():
            what = N_("split.column: {table}: has no column {column} (available: {names})")
        there = ", ".join(dataset.train_columns) or N_("only fnames and target")
        raise DataError(what.format(table=table, column=column, names=there))
    return values


def _validating_by_fold(split: CsvSplit, folds: Sequence[int]) -> set[int]:
    known = ", ".join(map(str, sorted(set(folds))))
    if split.fold is None:
        told = N_(
            "split.fold: missing; {column} of train.csv contains folds ({known}); choose "
            "the one for validation"
        )
        raise DataError(told.format(column=split.column, known=known))
    if split.fold not in folds:
        told = N_("split.fold: must be one of {known} ({column} of train.csv), not {fold}")
        raise DataError(told.format(known=known, column=split.column, fold=split.fold))
    return {i for i, fold in enumerate(folds) if fold == split.fold}


def _validating_by_word(split: CsvSplit, values: Sequence[str], files: Sequence[str]) -> set[int]:
    for value, file in zip(values, files, strict=True):
        if value not in (TRAIN, VALIDATION):
            raise DataError(
                N_(
                    "split.column: {column} of {file} in train.csv must be {train} or "
                    "{validation}, or a fold's number in every row, not {given!r}",
                    column=split.column,
                    file=file,
                    train=TRAIN,
                    validation=VALIDATION,
                    given=value[:40],
                )
            )
    if split.fold is not None:
        told = N_(
            "split.fold: {column} of train.csv contains words, not folds; remove this setting"
        )
        raise DataError(told.format(column=split.column))
    return {i for i, value in enumerate(values) if value == VALIDATION}
