"""Writes what a person says of photos: rows of labels.csv and boxes.csv; of training photos boxes
alone, since their folders or train.csv say their classes.

Each change is merged into the tables as they are now, under a lock, so that people who label
different photos do not lose each other's work. The tables before it are kept in the data set's
folder `.earlier`, a folder each, and come back from there. What is written has been read first, by
the same reader that will read it later.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.base import demo_mode, files
from core.base.errors import DataError, os_error_line
from core.base.language import N_
from core.data.csv_files import read_rows, table_text
from core.data.dataset import VALIDATION, Dataset, TestSet, read_dataset
from core.data.dataset_names import TRAIN
from core.data.label_tables import (
    BOX_COLUMNS,
    LABEL_COLUMNS,
    Box,
    Label,
    box_row,
    label_row,
    read_boxes,
    read_labels,
)

VERSIONS_FOLDER = ".earlier"
MAX_VERSIONS = 50  # earlier versions; beyond them the first of each day stays
_TABLES = ("labels.csv", "boxes.csv")
_NUMBERS = ("x0", "y0", "x1", "y1", "visible")
_CHANGE_FILE = "change.txt"
_TIME = "%Y%m%d-%H%M%S-%f"
Row = dict[str, str]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Truth:
    """What is said of a test photo. label: None where it is not labelled yet."""

    label: Label | None
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class LabelVersion:
    """Tables that were put by. when: by the clock of the change that replaced them. change: what
    that change was, in a few words."""

    id: str
    replaced_at: datetime
    change: str


def truth_of(test_set: TestSet, file: str) -> Truth:
    """What is said of a photo now."""
    return Truth(test_set.labels.get(file), test_set.boxes.get(file, ()))


def find_truth(dataset: Dataset, set_name: str, file: str) -> Truth:
    """What is said of a photo of a test set, or of train (validation): of that its boxes, and its
    class, which nobody changes here. Raises DataError where there is no such photo."""
    if set_name in (TRAIN, VALIDATION):
        return truth_of(dataset.held_out([file]), file)
    return truth_of(dataset.test_set(set_name), file)


def truth_to_dict(truth: Truth) -> dict[str, Any]:
    """As a page hands it to a browser: primary ("" where it is not labelled), present, boxes."""
    return {
        "primary": truth.label.primary if truth.label else "",
        "present": list(truth.label.present) if truth.label else [],
        "boxes": [asdict(box) for box in truth.boxes],
    }


def truth_from_dict(data: Any) -> Truth:
    """What a browser sends back. Raises DataError where it is not of that form."""
    try:
        primary, present = data["primary"], tuple(data["present"])
        if not all(isinstance(name, str) for name in (primary, *present)):
            raise TypeError
        boxes = tuple(
            Box(str(box["label"]), *(float(box[name]) for name in _NUMBERS))
            for box in data["boxes"]
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise DataError(N_("invalid label data from the page")) from None
    if present and not primary:
        raise DataError(N_("choose the most prominent object as well as the visible ones"))
    return Truth(Label(primary, present) if primary else None, boxes)


def save_truth(
    root: Path, set_name: str, file: str, truth: Truth, clock: Clock, expected: Truth | None = None
) -> None:
    """Replaces what is said of one test photo, or the boxes of a training photo (set_name: train or
    validation); all other rows stay as they are.

    expected: what the person had before them. Raises DataError, one line, and changes nothing:
    another person has changed it since, there is no such photo, the reader would refuse what is to
    be written, or the folder cannot be written."""
    with locked_dataset(root) as dataset:
        before, training = find_truth(dataset, set_name, file), set_name in (TRAIN, VALIDATION)
        if training:
            set_name, truth = TRAIN, replace(truth, label=before.label)
            expected = expected and replace(expected, label=before.label)
        if before == truth:
            return
        if expected is not None and before != expected:
            told = N_(
                "{photo}: someone changed its labels after you opened it; save again to "
                "overwrite them, or discard your changes to see them"
            )
            raise DataError(told.format(photo=f"{set_name}/{file}"))
        labels, boxes = (Path(root) / name for name in _TABLES)
        box_rows = [box_row(set_name, file, box) for box in truth.boxes]
        texts = {boxes: _merged(boxes, BOX_COLUMNS, set_name, file, box_rows)}
        if not training:
            label_rows = [] if truth.label is None else [label_row(set_name, file, truth.label)]
            texts[labels] = _merged(labels, LABEL_COLUMNS, set_name, file, label_rows)
        _replace(dataset, texts, N_("{photo} relabelled", photo=f"{set_name}/{file}"), clock)


def put_label(root: Path, set_name: str, file: str, label: Label | None) -> None:
    """Sets the label of a photo that is being taken, or with None drops its rows before the photo
    goes. No version is kept: that is for what people change later. Only inside
    `locked_dataset`. Raises DataError for a table that cannot be read."""
    rows = [] if label is None else [label_row(set_name, file, label)]
    for name, columns in zip(_TABLES, (LABEL_COLUMNS, BOX_COLUMNS), strict=True):
        if name == "labels.csv" or label is None:
            text = _merged(Path(root) / name, columns, set_name, file, rows)
            if text is not None:
                files.write_text(Path(root) / name, text)


def label_versions(root: Path) -> list[LabelVersion]:
    """The tables that were put by, newest first."""
    found = []
    for folder in sorted((Path(root) / VERSIONS_FOLDER).glob("[0-9]*"), reverse=True):
        try:
            when = datetime.strptime(folder.name, f"{_TIME}%z")
            found.append(
                LabelVersion(folder.name, when, (folder / _CHANGE_FILE).read_text("utf-8").strip())
            )
        except (ValueError, OSError):
            continue  # not one of ours
    return found


def restore_version(root: Path, version: str, clock: Clock) -> None:
    """Brings back both tables as they were; those of now are put by in turn. Raises DataError, one
    line: no such version, it does not fit the photos of today, or the folder cannot be written."""
    known = {earlier.id: earlier for earlier in label_versions(root)}
    if version not in known:
        told = N_("{version}: no such earlier labels in {folder}")
        raise DataError(told.format(version=version, folder=Path(root) / VERSIONS_FOLDER))
    with locked_dataset(root) as dataset:
        folder = Path(root) / VERSIONS_FOLDER / version
        texts = {
            Path(root) / name: (folder / name).read_text("utf-8-sig")
            if (folder / name).is_file()
            else None
            for name in _TABLES
        }
        change = N_("labels of {when:%d %b %Y %H:%M} UTC restored")
        _replace(dataset, texts, change.format(when=known[version].replaced_at), clock)


# --- inside ---------------------------------------------------------------------------------------


@contextmanager
def locked_dataset(root: Path, action: demo_mode.Action | None = "label") -> Iterator[Dataset]:
    """Holds the lock of what people say of a data set; yields the set as it is now. Raises
    DataError where it cannot be written, DemoError where this server does not allow the action."""
    if action is not None:
        demo_mode.check_allowed(action)
    root = Path(root)
    try:
        with files.locked(root / ".labels.lock"):
            yield read_dataset(root)
    except OSError as error:
        raise DataError(os_error_line(error)) from None


def _merged(
    path: Path, columns: Sequence[str], set_name: str, file: str, new: Sequence[Row]
) -> str | None:
    """The table's text with the rows of one photo replaced; None where there is and will be no
    table. Other rows and further columns stay; new rows go where the photo's place is."""
    rows = [row for _, row in read_rows(path, columns, optional=True, all_columns=True)]
    if not rows and not new and not path.is_file():
        return None
    kept = [row for row in rows if (row["split"], row["file"]) != (set_name, file)]
    place = len(kept)
    of_set = [i for i, row in enumerate(kept) if row["split"] == set_name]
    if of_set:
        before = [i for i in of_set if kept[i]["file"] < file]
        place = before[-1] + 1 if before else of_set[0]
    return table_text(list(rows[0]) if rows else columns, [*kept[:place], *new, *kept[place:]])


def _replace(dataset: Dataset, texts: dict[Path, str | None], change: str, clock: Clock) -> None:
    """Puts the tables by and writes the new ones, once the reader has read them. None: no table."""
    root = dataset.root
    stage = root / ".labels-new"
    shutil.rmtree(stage, ignore_errors=True)  # of a process that was killed
    stage.mkdir()
    try:
        for path, text in texts.items():
            if text is not None:
                (stage / path.name).write_text(text, "utf-8")
        photos = {each.name: {photo.file for photo in each.photos} for each in dataset.test_sets}
        read_labels(stage / "labels.csv", photos, dataset.classes)
        read_boxes(stage / "boxes.csv", photos | {TRAIN: {photo.file for photo in dataset.train}})
        _archive_tables(root, stage, change, clock)
        for path, text in texts.items():
            if text is None:
                path.unlink(missing_ok=True)
            else:
                files.write_text(path, text)
    except DataError as error:
        raise DataError(str(error).replace(str(stage), str(root))) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _archive_tables(root: Path, staging_dir: Path, change: str, clock: Clock) -> None:
    """Copies the tables of now into `.earlier`, whole or not at all."""
    copies = staging_dir / "earlier"
    copies.mkdir()
    for name in _TABLES:
        if (root / name).is_file():
            shutil.copyfile(root / name, copies / name)
    files.write_text(copies / _CHANGE_FILE, change + "\n")
    (root / VERSIONS_FOLDER).mkdir(exist_ok=True)
    moment = clock()
    while (place := root / VERSIONS_FOLDER / moment.strftime(f"{_TIME}%z")).exists():
        moment += timedelta(microseconds=1)
    copies.rename(place)
    _prune_versions(root)


def _prune_versions(root: Path) -> None:
    """Many changes leave many versions: of those before the newest, the first of each day stays."""
    old = label_versions(root)[MAX_VERSIONS:]
    # Newest first: the last wins.
    firsts = {version.replaced_at.date(): version.id for version in old}
    for version in old:
        if version.id not in firsts.values():
            shutil.rmtree(root / VERSIONS_FOLDER / version.id, ignore_errors=True)
