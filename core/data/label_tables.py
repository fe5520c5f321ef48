"""What a test set's tables say of its photos: `labels.csv` and `boxes.csv` of DESIGN section 4."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import DataError
from core.base.language import N_
from core.data.csv_files import line_location, read_rows

LABEL_COLUMNS = ("split", "file", "primary", "present")
BOX_COLUMNS = ("split", "file", "label", "x0", "y0", "x1", "y1", "visible_fraction")


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
    for line, row in read_rows(path, LABEL_COLUMNS, optional=True):
        where = line_location(path, line)
        split, file = _known_file(row, files, where)
        present = tuple(row["present"].split())
        for name in (row["primary"], *present):
            if name not in classes:
                raise DataError(
                    N_("{where}: {name!r} is no class (there are: {classes})").format(
                        where=where, name=name, classes=", ".join(classes)
                    )
                )
        if file in labels.setdefault(split, {}):
            raise DataError(
                N_("{where}: {file} of {split} is labelled twice: keep one of the lines").format(
                    where=where, file=file, split=split
                )
            )
        labels[split][file] = Label(row["primary"], present)
    return labels


def read_boxes(path: Path, files: dict[str, set[str]]) -> dict[str, dict[str, tuple[Box, ...]]]:
    """The boxes of a table, likewise. Raises DataError: one line that names the file and line."""
    boxes: dict[str, dict[str, tuple[Box, ...]]] = {}
    for line, row in read_rows(path, BOX_COLUMNS, optional=True):
        where = line_location(path, line)
        split, file = _known_file(row, files, where)
        x0, y0, x1, y1, visible = (_fraction(row[name], name, where) for name in BOX_COLUMNS[3:])
        if x0 >= x1 or y0 >= y1:
            raise DataError(
                N_("{where}: the box is empty: x0 must be below x1 and y0 below y1").format(
                    where=where
                )
            )
        box = Box(check_class_name(row["label"], where), x0, y0, x1, y1, visible)
        of_split = boxes.setdefault(split, {})
        if box in of_split.get(file, ()):
            raise DataError(
                N_("{where}: {file} of {split} has this box twice: keep one of the lines").format(
                    where=where, file=file, split=split
                )
            )
        of_split[file] = (*of_split.get(file, ()), box)
    return boxes


def _known_file(row: dict[str, str], files: dict[str, set[str]], where: str) -> tuple[str, str]:
    split, file = row["split"], row["file"]
    if split not in files:
        names = ", ".join(files) or "none"
        raise DataError(
            N_("{where}: there is no test set {split} (there are: {names})").format(
                where=where, split=split, names=names
            )
        )
    if file not in files[split]:
        raise DataError(
            N_("{where}: {file} is not in {split}/: add the photo or remove the line").format(
                where=where, file=file, split=split
            )
        )
    return split, file


def _fraction(text: str, column: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise DataError(
            N_(
                "{where}: {column} must be a number from 0 to 1, not {given!r} (a share of the "
                "photo's side, not pixels)"
            ).format(where=where, column=column, given=text[:40])
        )
    return value


def check_class_name(name: str, where: str) -> str:
    """A class's name as it stands in a table or of a folder. Raises DataError where it will not
    do; `where` says in the message where it was read."""
    if not name or any(c.isspace() or ord(c) < 32 for c in name):
        raise DataError(
            N_(
                "{where}: class name {name!r} must not be empty or hold a space; write two_words"
            ).format(where=where, name=name)
        )
    return name
