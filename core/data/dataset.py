"""A data set on disk: finds, validates and fingerprints the photos, labels and boxes.

The folder format is DESIGN section 4: `train/<class>/*.jpg` (or `train.csv` beside `train/`), every
other folder of photos is a test set named after the folder, `labels.csv` and `boxes.csv` describe
the test sets and are optional. Folders of other layouts are read as an import reads them
(core.data.reading).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from core.base.errors import DataError, os_error_line
from core.base.language import N_, _
from core.base.yaml_files import read_yaml
from core.data.addition_log import read_additions, read_between_additions
from core.data.archive import Limits, RejectedFile, is_hidden, open_file_source
from core.data.csv_files import has_columns, line_location, read_rows
from core.data.dataset_names import BACKGROUND as BACKGROUND
from core.data.dataset_names import CONTROL_CHARS, TRAIN, check_file_name
from core.data.dataset_names import VALIDATION as VALIDATION
from core.data.label_tables import Box, Label, check_class_name, read_boxes, read_labels
from core.data.reading import (
    MIN_PHOTOS,
    PHOTO_SUFFIXES,
    Reading,
    read_source,
    read_text,
    reading_options,
    trainable,
    two_readings_text,
)
from core.data.source_photo import SourcePhoto

METADATA_FILE = "dataset.yaml"
ORIGINS = ("elsewhere", "same_shoot")  # what dataset.yaml may state of a test set
CHOOSE = "choose"  # what it may state as a test set's `use`
PRESENT_MIN_VISIBLE = 0.15  # a class counts as present when at least this share of it is visible
_LIMITS = Limits(files=10_000_000)  # of a folder of one's own
_GLANCE = 5_000  # files that tell whether a folder holds photos
_TRAIN_COLUMNS = ("fnames", "target")


@dataclass(frozen=True)
class Photo:
    """A photo and its name within its set: `keras/img_1.jpg` in train, `img_9.jpg` elsewhere."""

    path: Path
    file: str


@dataclass(frozen=True)
class TestSet:
    """Photos that no training sees. Labels and boxes may be missing for some or all of them.
    origin: one of ORIGINS, "" where dataset.yaml does not state it (core.data.origin). added: of
    each later photo, the number of its addition (core.data.addition_log). use: CHOOSE where recipes
    are chosen by it, else ""."""

    __test__ = False  # not a class of tests, whatever pytest thinks of the name

    name: str
    photos: tuple[Photo, ...]
    labels: dict[str, Label] = field(default_factory=dict)
    boxes: dict[str, tuple[Box, ...]] = field(default_factory=dict)
    origin: str = ""
    added: dict[str, int] = field(default_factory=dict)
    use: str = ""


@dataclass(frozen=True)
class Dataset:
    """A validated data set. `train_labels[i]` indexes `classes` for `train[i]`;
    `train_columns[name][i]` is what the further column of train.csv says of it. added: as of
    TestSet, of the training photos."""

    root: Path
    title: str
    licence: str
    source: str
    classes: tuple[str, ...]
    train: tuple[Photo, ...]
    train_labels: tuple[int, ...]
    test_sets: tuple[TestSet, ...]
    train_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    train_boxes: dict[str, tuple[Box, ...]] = field(default_factory=dict)
    left_out: tuple[RejectedFile, ...] = ()  # files that are no photos of it, but for hidden ones
    notes: tuple[str, ...] = ()  # what else is to be said of how it was read

    def in_order(self, classes: Sequence[str]) -> Dataset:
        """The same with its classes in a run's order; as it is where it has other classes."""
        if sorted(classes) != sorted(self.classes):
            return self
        labels = tuple(map(classes.index, self.train_classes))
        return replace(self, classes=tuple(classes), train_labels=labels)

    def test_set(self, name: str) -> TestSet:
        """The test set of that name. Raises DataError with the names there are."""
        for test_set in self.test_sets:
            if test_set.name == name:
                return test_set
        names = ", ".join(t.name for t in self.test_sets) or "none"
        told = N_("{root}: no test set {name} (available: {names})")
        raise DataError(told.format(root=self.root, name=name, names=names))

    def held_out(self, files: Sequence[str]) -> TestSet:
        """The training photos of these files as a set of photos to look at, each labelled with its
        class: those that validated in some run. Raises DataError where one is gone."""
        by_file = {photo.file: number for number, photo in enumerate(self.train)}
        gone = [file for file in files if file not in by_file]
        if gone:
            raise DataError(
                N_("{place}: {file} no longer exists", place=self.root / "train", file=gone[0])
            )
        names = {file: self.classes[self.train_labels[by_file[file]]] for file in files}
        labels = {
            file: Label(name, () if name == BACKGROUND else (name,)) for file, name in names.items()
        }
        photos = tuple(self.train[by_file[file]] for file in files)
        boxes = {file: self.train_boxes[file] for file in files if file in self.train_boxes}
        return TestSet(VALIDATION, photos, labels, boxes)

    @property
    def train_classes(self) -> tuple[str, ...]:
        """The class of each training photo, by name."""
        return tuple(self.classes[label] for label in self.train_labels)

    def class_counts(self) -> dict[str, int]:
        """Training photos per class."""
        counts = Counter(self.train_labels)
        return {name: counts[i] for i, name in enumerate(self.classes)}


def _holds_photos(root: Path) -> bool:
    """By a glance at its first files."""
    seen = 0
    for here, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        seen += len(names)
        inside = here != str(root)
        if inside and any(PurePath(name).suffix.lower() in PHOTO_SUFFIXES for name in names):
            return True
        if seen > _GLANCE:
            return False
    return False


def find_datasets(parent: Path) -> list[Path]:
    """The data-set folders directly inside `parent`, by name: those that have `train/`, or photos
    in some folder."""
    if not parent.is_dir():
        return []
    # A hidden folder is one that is being filled.
    folders = (p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
    return sorted(each for each in folders if (each / "train").is_dir() or _holds_photos(each))


def read_dataset(root: Path) -> Dataset:
    """Reads and validates a data-set folder without decoding any photo.

    Raises DataError: one line that names the file, row or class, and what to change."""
    root = Path(root)
    if not root.is_dir():
        raise DataError(N_("{root}: no such folder").format(root=root))
    try:
        return read_between_additions(root, _read_once)
    except OSError as error:  # a folder that may not be read
        raise DataError(os_error_line(error)) from None


def _read_once(root: Path) -> Dataset:
    with open_file_source(root, _LIMITS, follow_links=True) as source:
        return _read(root, source.stamp)


@lru_cache(maxsize=4)
def _read(root: Path, stamp: str) -> Dataset:
    """stamp: changes with every file, so that what is unchanged is read once."""
    note = read_metadata(root)
    listed = _read_train_table(root)
    reading = _reading(root, note)
    if reading.possible:
        told = N_("{root}: {readings}; or set it in dataset.yaml (see docs/own-photos.md)")
        raise DataError(told.format(root=root, readings=two_readings_text(reading.possible)))
    train, classes, small = _usable(
        root, listed or [photo for photo in reading.photos if photo.split == TRAIN]
    )
    stated, added = note.get("test_sets") or {}, read_additions(root)
    try:
        test_sets, own_boxes = _read_test_sets(root, reading, classes, stated, added)
    except DataError:
        _check_counts(
            root, {**reading.small, **small}
        )  # labels may be of a class that would be left out
        raise
    train_boxes = {photo.name: photo.boxes for photo in train if photo.boxes}
    return Dataset(
        root=root,
        title=str(note.get("title") or root.resolve().name),
        licence=str(note.get("licence") or N_("not stated")),
        source=str(note.get("source") or N_("not stated")),
        classes=classes,
        train=_photos(root, train),
        train_labels=tuple(classes.index(photo.label) for photo in train),
        test_sets=tuple(test_sets),
        train_columns={
            name: tuple(photo.columns[name] for photo in train) for name in train[0].columns
        },
        train_boxes=train_boxes | own_boxes.get(TRAIN, {}),
        left_out=tuple(one for one in reading.rejected if not is_hidden(one.name)),
        notes=(*(read_text(each) for each in reading.found), *reading.notes),
        added=added.get("train", {}),
    )


def unused_files(dataset: Dataset) -> list[Path]:
    """Files in its folders that are not used: no photos, in folders inside a folder that is named
    like a photo, or not listed in train.csv."""
    listed = {photo.path for photo in dataset.train}
    found = {dataset.root / one.name for one in dataset.left_out if "/" in one.name}
    return sorted(found - listed)


def unused_files_text(dataset: Dataset) -> str:
    """In a line: `not used, being no photos of the set: a, b, c and 2 more`; "" where all are."""
    names = [
        CONTROL_CHARS.sub("?", str(path.relative_to(dataset.root)))
        for path in unused_files(dataset)
    ]
    if not names:
        return ""
    if len(names) > 3:
        return _(
            "unused files, not photos of this data set: {names} and {count} more",
            names=", ".join(names[:3]),
            count=len(names) - 3,
        )
    return _("unused files, not photos of this data set: {names}", names=", ".join(names))


# --- reading ------------------------------------------------------------------------------------


def read_metadata(root: Path) -> dict[str, Any]:
    """What dataset.yaml says; nothing where there is none. Raises DataError, one line."""
    path = root / METADATA_FILE
    if not path.is_file():
        return {}
    note = read_yaml(path)
    if not isinstance(note, dict):
        raise DataError(
            N_("{path}: must consist of `key: value` lines (title, licence, source)", path=path)
        )
    stated = note.get("test_sets") or {}
    for name, told in stated.items() if isinstance(stated, dict) else [("test_sets", None)]:
        use = told.get("use", "") if isinstance(told, dict) else ""
        if not (stated_origin(told) or use) or use not in ("", CHOOSE):
            problem = N_(
                "{path}: test_sets: {name}: set origin: elsewhere or origin: same_shoot, "
                "or use: choose if recipes are chosen by it"
            )
            raise DataError(problem.format(path=path, name=name))
    return note


def stated_origin(set_metadata: Any) -> str:
    """What a set's part of `test_sets` states: one of ORIGINS, "" where it states none of them."""
    origin = set_metadata.get("origin") if isinstance(set_metadata, dict) else ""
    return origin if origin in ORIGINS else ""


def _reading(root: Path, note: Mapping[str, Any]) -> Reading:
    """How a folder is read, with what dataset.yaml says of it."""
    stated = note.get("folders")
    folders = [f"{k}={v}" for k, v in stated.items()] if isinstance(stated, dict) else []
    labels, largest = str(note.get("labels") or ""), note.get("largest") is True
    options = reading_options(folders, labels, largest, None)
    with open_file_source(root, _LIMITS, follow_links=True) as source:
        for one in source.rejected:
            if PurePath(one.name).suffix.lower() in PHOTO_SUFFIXES:
                raise DataError(f"{root / one.name}: {one.reason}")
        try:
            reading = read_source(source, options)
        except DataError as error:
            raise DataError(_no_classes(root, source.files) or f"{root}: {error}") from None
    for photo in reading.photos:
        check_file_name(root, photo.file)
    return reading


def _no_classes(root: Path, files: Sequence[str]) -> str:
    """What is wrong with a folder without class folders in `train/`; "" where it has other ones."""
    if not (root / TRAIN).is_dir():
        none = N_("{root}: needs a folder train/ with one folder of photos per class")
        return "" if files else none.format(root=root)
    inside = {file.split("/")[1] for file in files if re.match(f"{TRAIN}/.+/", file)}
    return N_(
        "{place}: needs photos of at least two classes, has {count}; put the photos of "
        "each class in their own folder"
    ).format(place=root / TRAIN, count=len(inside))


def _read_train_table(root: Path) -> list[SourcePhoto]:
    """The photos of our train.csv. One beside `train/` with class folders must be ours. Raises
    DataError, naming the line."""
    table, folder = root / "train.csv", root / TRAIN
    if not table.is_file() or not folder.is_dir():
        return []
    if not any(path.is_dir() for path in folder.iterdir()):
        with table.open("rb") as file:
            if not has_columns(file.readline(10_000), _TRAIN_COLUMNS):
                return []
    found: dict[Path, SourcePhoto] = {}
    for line, row in read_rows(table, _TRAIN_COLUMNS, all_columns=True):
        where, name = line_location(table, line), row.pop("fnames")
        path = _resolve_inside(folder, name, where)
        label = check_class_name(row.pop("target"), where)
        if path in found:
            raise DataError(
                N_("{where}: {file} is listed twice; keep one of the lines", where=where, file=name)
            )
        found[path] = SourcePhoto(f"{TRAIN}/{name}", TRAIN, label, name, columns=row)
    return [*found.values()]


def _resolve_inside(folder: Path, file: str, where: str) -> Path:
    path = folder / file
    try:
        inside, there = path.resolve().is_relative_to(folder.resolve()), path.is_file()
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        raise DataError(
            N_("{where}: {file!r} is not a valid file name").format(where=where, file=file[:40])
        ) from None
    if not inside:
        raise DataError(
            N_("{where}: {file} points outside {folder}", where=where, file=file, folder=folder)
        )
    if not there:
        told = N_("{where}: {file} is not in {folder}; add the photo or remove the line")
        raise DataError(told.format(where=where, file=file, folder=folder))
    return path


def _photos(root: Path, photos: Iterable[SourcePhoto]) -> tuple[Photo, ...]:
    return tuple(Photo(root / one.file, one.name) for one in photos)


def _usable(
    root: Path, photos: list[SourcePhoto]
) -> tuple[list[SourcePhoto], tuple[str, ...], dict[str, int]]:
    """The photos of classes that can train, those classes, and the counts of those left out.
    Raises DataError where fewer than two remain."""
    counts = Counter(photo.label for photo in photos)
    classes, small = trainable(counts)
    if len(classes) < 2:
        raise DataError(_no_classes(root, [f"{TRAIN}/{name}/" for name in counts]))
    _check_counts(root, {name: counts[name] for name in classes})
    kept = [photo for photo in photos if photo.label in classes]
    return kept, classes, {name: counts[name] for name in small}


def _check_counts(root: Path, counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        if count < MIN_PHOTOS:
            told = N_(
                "{place}: class {name} has only one photo; it needs at least two, one for "
                "training and one for validation"
            )
            raise DataError(told.format(place=root / TRAIN, name=name))


def _read_test_sets(
    root: Path,
    reading: Reading,
    classes: tuple[str, ...],
    stated: Mapping[str, Any],
    added: dict[str, dict[str, int]],
) -> tuple[list[TestSet], dict[str, dict[str, tuple[Box, ...]]]]:
    """The test sets, and the boxes of our boxes.csv by split and file."""
    photos: dict[str, list[SourcePhoto]] = {}
    for photo in reading.photos:
        photos.setdefault(photo.split, []).append(photo)
    train = {photo.name for photo in photos.pop(TRAIN, ())}
    inside = [one for one in reading.photos if one.file.startswith(f"{VALIDATION}/")]
    if any(not one.label for one in inside):
        problem = N_(
            "{place}: validation photos come from train/; rename this folder to use it as "
            "a test set, or move its photos into train/"
        )
        raise DataError(problem.format(place=root / VALIDATION))
    files = {name: {photo.name for photo in found} for name, found in photos.items()}
    labels = read_labels(_own_table(root, reading, "labels.csv"), files, classes)
    boxes = read_boxes(_own_table(root, reading, "boxes.csv"), {TRAIN: train, **files})
    sets = []
    for name, found in sorted(photos.items()):
        here = _photos(root, found)
        told = {one.name: one.truth for one in found if one.label} | labels.get(name, {})
        marked = {one.name: one.boxes for one in found if one.boxes} | boxes.get(name, {})
        origin = stated_origin(stated.get(name))
        use = (stated.get(name) or {}).get("use", "")
        sets.append(TestSet(name, here, told, marked, origin, added.get(name, {}), use))
    return sets, boxes


def _own_table(root: Path, reading: Reading, name: str) -> Path:
    """Where the table is. One at the top that has been read as nothing else must be ours."""
    if any(one.name == name for one in reading.rejected):
        return root / name
    return root / reading.own.get(name, f".no-{name}")
