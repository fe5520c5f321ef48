"""What our tables say of photos: `labels.csv` and `boxes.csv` of DESIGN section 4."""

import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import DataError
from core.base.language import N_
from core.data.csv_files import line_location, read_rows
from core.data.dataset_names import BACKGROUND, exact_name

LABEL_COLUMNS = ("split", "file", "primary", "present")
BOX_COLUMNS = ("split", "file", "label", "x0", "y0", "x1", "y1", "visible_fraction")
MAX_BOXES = 1_000  # of a photo


@dataclass(frozen=True)
class Label:
    """`primary`: the most prominent class. `present`: every class that can be seen."""

    primary: str
    present: tuple[str, ...]


@dataclass(frozen=True)
class Box:
    """Where an object is: corners as fractions of width and height (0..1), x0 < x1, y0 < y1, and
    the visible fraction of the object (0..1). The label may be of no class."""

    label: str
    x0: float
    y0: float
    x1: float
    y1: float
    visible: float

    @property
    def area(self) -> float:
        """Share of the photo that the box covers."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)


def read_labels(
    path: Path, files: dict[str, set[str]], classes: tuple[str, ...]
) -> dict[str, dict[str, Label]]:
    """The labels of a table, by test set and file; none where there is no such table. files: the
    photos of each test set. Raises DataError: one line that names the file and line."""
    labels: dict[str, dict[str, Label]] = {}
    for where, split, file, row in _rows(path, LABEL_COLUMNS, files):
        present = split_names(row["present"], classes)
        primary = exact_name(row["primary"])
        for name in (primary, *present):
            # A photo of none of the classes is background, be that a class or not.
            if name not in classes and (name, present) != (BACKGROUND, ()):
                told = N_("{where}: {name!r} is not a class (available: {classes})")
                raise DataError(told.format(where=where, name=name, classes=", ".join(classes)))
        if file in labels.setdefault(split, {}):
            told = N_("{where}: {file} of {split} is labelled twice; keep one of the lines")
            raise DataError(told.format(where=where, file=file, split=split))
        labels[split][file] = Label(primary, present)
    return labels


def read_boxes(path: Path, files: dict[str, set[str]]) -> dict[str, dict[str, tuple[Box, ...]]]:
    """The boxes of a table, likewise; files may hold the training photos too, as `train`. Raises
    DataError: one line that names the file and line."""
    boxes: dict[str, dict[str, dict[Box, None]]] = {}  # without values, for their order
    for where, split, file, row in _rows(path, BOX_COLUMNS, files):
        x0, y0, x1, y1, visible = (_fraction(row[name], name, where) for name in BOX_COLUMNS[3:])
        if x0 >= x1 or y0 >= y1:
            raise DataError(
                N_("{where}: the box is empty; x0 must be below x1 and y0 below y1", where=where)
            )
        box = Box(check_class_name(row["label"], where), x0, y0, x1, y1, visible)
        known = boxes.setdefault(split, {}).setdefault(file, {})
        if box in known:
            told = N_("{where}: {file} of {split} has this box twice; keep one of the lines")
            raise DataError(told.format(where=where, file=file, split=split))
        if len(known) == MAX_BOXES:
            told = N_("{where}: {file} of {split} has more than {most} boxes")
            raise DataError(told.format(where=where, file=file, split=split, most=MAX_BOXES))
        known[box] = None
    return {
        split: {file: tuple(of) for file, of in found.items()} for split, found in boxes.items()
    }


def _rows(
    path: Path, columns: Sequence[str], files: dict[str, set[str]]
) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Each row of a table with where it stands, and the test set and file that it is of."""
    by_name: dict[tuple[str, str], list[str]] = {}  # by the last part of a name
    for split, names in files.items():
        for name in names:
            by_name.setdefault((split, name.rpartition("/")[2]), []).append(name)
    for line, row in read_rows(path, columns, optional=True):
        where = line_location(path, line)
        yield where, *_known_file(row, files, by_name, where), row


def _known_file(
    row: dict[str, str],
    files: dict[str, set[str]],
    by_name: dict[tuple[str, str], list[str]],
    where: str,
) -> tuple[str, str]:
    split, file = row["split"], row["file"]
    if split not in files:
        names = ", ".join(files) or "none"
        told = N_("{where}: no test set {split} (available: {names})")
        raise DataError(told.format(where=where, split=split, names=names))
    if file not in files[split]:
        # Tables of people name photos that lie in folders of classes without the folders.
        alike = by_name.get((split, file.rpartition("/")[2]), ())
        inside = [known for known in alike if known.endswith(f"/{file}")]
        if len(inside) == 1:
            return split, inside[0]
        if inside:
            raise DataError(
                N_("{where}: {file} is in {count} folders of {split}; write {example}").format(
                    where=where, file=file, count=len(inside), split=split, example=min(inside)
                )
            )
        told = N_("{where}: {file} is not in {split}/; add the photo or remove the line")
        raise DataError(told.format(where=where, file=file, split=split))
    return split, file


def _fraction(text: str, column: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        told = N_(
            "{where}: {column} must be a number from 0 to 1, not {given!r} (a fraction of "
            "the photo's side, not pixels)"
        )
        raise DataError(told.format(where=where, column=column, given=text[:40]))
    return value


def check_class_name(name: str, where: str) -> str:
    """A class's exact name as it stands in a table or of a folder. Raises DataError where it will
    not do; `where` says in the message where it was read."""
    exact = exact_name(name)
    if not exact or any(ord(char) < 32 for char in exact):
        told = N_("{where}: class name {name!r} must not be empty or contain a line break or tab")
        raise DataError(told.format(where=where, name=name))
    return exact


def label_row(set_name: str, file: str, label: Label) -> dict[str, str]:
    """A row of labels.csv."""
    values = (set_name, file, label.primary, join_names(label.present))
    return dict(zip(LABEL_COLUMNS, values, strict=True))


def box_row(set_name: str, file: str, box: Box) -> dict[str, str]:
    """A row of boxes.csv."""
    numbers = map(_short, (box.x0, box.y0, box.x1, box.y1, box.visible))
    values = (set_name, file, box.label, *numbers)
    return dict(zip(BOX_COLUMNS, values, strict=True))


def _short(value: float) -> str:
    """Four decimals, as people write them, or as many as it takes to read the same number."""
    short = f"{value:.4f}"
    return short if float(short) == value else repr(value)


def join_names(names: Sequence[str]) -> str:
    """Names of classes in one field of a table: with spaces between them, as JSON where a name
    holds one itself."""
    if any(re.search(r"\s", name) or name.startswith("[") for name in names):
        return json.dumps(list(names), ensure_ascii=False)
    return " ".join(names)


def split_names(text: str, classes: Collection[str]) -> tuple[str, ...]:
    """The names in such a field. Where people wrote names with spaces one after the other, the
    longest classes that make up the text."""
    if " " not in text and text.isascii() and not text.startswith("["):  # nearly every one
        return (text,) if text else ()
    if text.startswith("["):
        with suppress(ValueError, RecursionError):
            names = json.loads(text)
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                return tuple(map(exact_name, names))
    if exact_name(text) in classes:
        return (exact_name(text),)
    words, found, place = exact_name(text).split(), list[str](), 0
    longest = max((name.count(" ") + 1 for name in classes), default=1)
    while place < len(words):
        lengths = range(min(longest, len(words) - place), 1, -1)
        parts = (" ".join(words[place : place + length]) for length in lengths)
        found.append(next((part for part in parts if part in classes), words[place]))
        place += found[-1].count(" ") + 1
    return tuple(found)
