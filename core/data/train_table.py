"""Our train.csv: the class of each training photo, and what else is said of it."""

from dataclasses import dataclass
from pathlib import Path

from core.base.errors import DataError
from core.base.language import N_
from core.data.csv_files import has_columns, line_location, read_rows
from core.data.dataset_names import TRAIN
from core.data.label_tables import Box, check_class_name

_TRAIN_COLUMNS = ("fnames", "target")


@dataclass(frozen=True)
class Photo:
    """A photo and its name within its set: `keras/img_1.jpg` in train, `img_9.jpg` elsewhere."""

    path: Path
    file: str


@dataclass(frozen=True)
class TrainRow:
    """A training photo with its class; `extra_columns`: the other columns of train.csv."""

    photo: Photo
    label: str
    extra_columns: dict[str, str]
    boxes: tuple[Box, ...] = ()


def read_train_table(root: Path) -> list[TrainRow]:
    """The rows of our train.csv. One beside `train/` with class folders must be ours."""
    table, train = root / "train.csv", root / TRAIN
    if not table.is_file() or not train.is_dir():
        return []
    seen = set()
    rows = []
    with_classes = any(path.is_dir() for path in train.iterdir())
    if not with_classes and not has_columns(table, _TRAIN_COLUMNS):
        return []
    for line, row in read_rows(table, _TRAIN_COLUMNS, all_columns=True):
        where, file = line_location(table, line), row.pop("fnames")
        path = _resolve_inside(train, file, where)
        label = check_class_name(row.pop("target"), where)
        if path in seen:
            raise DataError(
                N_("{where}: {file} is listed twice: keep one of the lines", where=where, file=file)
            )
        seen.add(path)
        rows.append(TrainRow(Photo(path, file), label, row))
    return rows


def _resolve_inside(folder: Path, file: str, where: str) -> Path:
    path = folder / file
    try:
        inside, there = path.resolve().is_relative_to(folder.resolve()), path.is_file()
    except (OSError, ValueError):  # too long for a name, or with a zero byte
        raise DataError(
            N_("{where}: {file!r} cannot be the name of a file").format(where=where, file=file[:40])
        ) from None
    if not inside:
        raise DataError(
            N_("{where}: {file} points outside {folder}", where=where, file=file, folder=folder)
        )
    if not there:
        told = N_("{where}: {file} is not in {folder}: add the photo or remove the line")
        raise DataError(told.format(where=where, file=file, folder=folder))
    return path
