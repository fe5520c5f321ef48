"""Adds photos to a data set: to a class of its training photos, or to a test set, new or not.

All of them appear, or none (core.data.addition_log). Runs made before keep the photos that they
saw, and old photos their side of every split (core.data.fingerprints, core.data.split).
"""

import hashlib
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image

from core.base import demo_mode, files
from core.base.errors import DataError, naming_os_errors
from core.base.files import PROJECT_ROOT
from core.base.language import N_
from core.base.yaml_files import dump_yaml
from core.data.addition_log import ADDITIONS_FILE, COLUMNS, PENDING_FOLDER, finish_addition
from core.data.archive import RejectedFile, printable
from core.data.csv_files import read_rows, table_text
from core.data.dataset import METADATA_FILE, Dataset, read_metadata
from core.data.dataset_names import (
    BACKGROUND,
    TRAIN,
    VALIDATION,
    UniqueNames,
    class_like,
    class_name,
    clean_name,
)
from core.data.fingerprints import addition_numbers
from core.data.label_edits import locked_dataset
from core.data.label_tables import LABEL_COLUMNS
from core.data.photo_copies import QUALITY, DecodingBudget, copy_photo
from core.data.photos import is_photo, jpeg_bytes, open_photo, time_taken, unreadable_reason
from core.data.source_photo import SourcePhoto

BUNDLED = ("toy_books", "small_books")  # the project's own: example runs rest on their photos
_RENAMED = N_("renamed: the name was taken")
Source = tuple[str, Callable[[], bytes]]  # a file's name, with its folder where it has one; bytes


@dataclass(frozen=True)
class Addition:
    """What became of each file. duplicates, rejected: left out, and why."""

    added: tuple[SourcePhoto, ...]
    duplicates: tuple[RejectedFile, ...]
    rejected: tuple[RejectedFile, ...]

    def lines(self) -> list[str]:
        """Those that have another name here or were left out, a line each."""
        left_out = [f"{one.name}: {one.reason}" for one in (*self.duplicates, *self.rejected)]
        return [one.text() for one in self.added if _RENAMED in one.changes] + left_out


def add_photos(
    root: Path,
    split: str,
    sources: Sequence[Source],
    label: str = "",
    origin: str = "",
    columns: Mapping[str, str] | None = None,
    on_photo: Callable[[int, int], None] = lambda done, total: None,
) -> Addition:
    """Adds photos to `train` or to a test set, which is made where it is new.

    label: the class of all of them; without one, a photo whose folder is called like a class is of
    that class. origin: one of core.data.dataset.ORIGINS, of a new test set. columns: what further
    columns of train.csv say of the photos. Raises DataError, one line, and adds nothing: no such
    class, a name that will not do, a folder that cannot be written."""
    demo_mode.check_allowed("upload")
    with locked_dataset(root) as dataset:
        _check_target(dataset, split, label, origin, columns or {})
        for old in dataset.root.glob(f"{PENDING_FOLDER}-*"):  # of a process that was killed
            shutil.rmtree(old, ignore_errors=True)
        stage = dataset.root / f"{PENDING_FOLDER}-{secrets.token_hex(4)}"
        with naming_os_errors(dataset.root, DataError), files.staging(stage):
            addition = _stage_photos(dataset, stage, split, label, sources, on_photo)
            if addition.added:
                _stage_tables(dataset, stage, split, addition.added, origin, columns or {})
                stage.rename(dataset.root / PENDING_FOLDER)
                finish_addition(dataset.root)
    return addition


def sources_of(paths: Sequence[Path]) -> list[Source]:
    """Files, and what is in folders, apart from hidden files."""
    return [
        (str(each.relative_to(path.absolute().parent)), each.read_bytes)
        for path in paths
        for each in (sorted(path.absolute().rglob("[!.]*")) if path.is_dir() else [path.absolute()])
        if not each.is_dir()
    ]


def _check_target(
    dataset: Dataset, split: str, label: str, origin: str, columns: Mapping[str, str]
) -> None:
    """Raises DataError where photos cannot be added so."""
    root, known = dataset.root, {each.name: each.origin for each in dataset.test_sets}
    if label and label not in dataset.classes:
        told = N_("{where}: {name!r} is not a class (available: {classes})")
        raise DataError(told.format(where=root, name=label, classes=", ".join(dataset.classes)))
    wanted = dataset.train_columns.keys() if split == TRAIN else set()
    if columns.keys() != wanted:
        told = N_("{table}: --column NAME=VALUE must set exactly these columns: {columns}")
        raise DataError(
            told.format(table=root / "train.csv", columns=", ".join(wanted) or N_("none"))
        )
    bundled = root.resolve().parent == PROJECT_ROOT / "dataset" and root.resolve().name in BUNDLED
    if bundled and (split == TRAIN or split in known):
        told = N_(
            "{root}: the example runs need these photos unchanged; add a new test set, or "
            "copy the folder and add to the copy"
        )
        raise DataError(told.format(root=root))
    if split in known and origin not in ("", known[split]):
        raise DataError(
            N_("{split}: already a test set; its origin is set on the Data page", split=split)
        )
    others = (path.name for path in root.iterdir() if path.name != split or not path.is_dir())
    free = UniqueNames({TRAIN, VALIDATION, *dataset.classes, *others}).reserve(split)
    if free != split and split != TRAIN and split not in known:
        told = N_(
            "{split}: cannot name a new test set (already taken, a class, or with "
            "characters other than letters, digits, - and _); choose another name, such as "
            "{name}"
        )
        raise DataError(told.format(split=split, name=free))


def _stage_photos(
    dataset: Dataset,
    stage: Path,
    split: str,
    label: str,
    sources: Sequence[Source],
    on_photo: Callable[[int, int], None],
) -> Addition:
    """Writes the photos that are new into the stage."""
    added: list[SourcePhoto] = []
    duplicates: list[RejectedFile] = []
    rejected: list[RejectedFile] = []
    sets = {TRAIN: dataset.train} | {each.name: each.photos for each in dataset.test_sets}
    known = {_digest(photo.path.read_bytes()): photo.file for photo in sets.get(split, ())}
    names: dict[str, UniqueNames] = {}
    budget = DecodingBudget()
    for number, (source, read) in enumerate(sources, start=1):
        path = PurePosixPath(source)
        shown = label or class_like(class_name(path.parent.name), dataset.classes)
        folder = f"{TRAIN}/{shown}" if split == TRAIN else split
        try:
            if split == TRAIN and not shown:
                raise DataError(N_("not in a class folder"))
            data, jpeg, changes = _read_photo(path, read, stage / ".incoming", budget)
        except DataError as error:
            rejected.append(RejectedFile(printable(source), str(error)))
            continue
        finally:
            on_photo(number, len(sources))
        if same := known.get(_digest(data)) or known.get(_digest(jpeg)):
            reason = N_("already exists as {file}").format(file=same)
            duplicates.append(RejectedFile(printable(source), reason))
            continue
        if folder not in names:
            names[folder] = UniqueNames(each.stem for each in (dataset.root / folder).glob("*"))
        file = f"{names[folder].reserve(path.stem)}.jpg"
        if file != f"{clean_name(path.stem)}.jpg":
            changes = (_RENAMED, *changes)
        (stage / folder).mkdir(parents=True, exist_ok=True)
        (stage / folder / file).write_bytes(jpeg)
        place = f"{folder}/{file}"
        added.append(SourcePhoto(source, split, shown, copied_to=place, changes=changes))
        known[_digest(data)] = known[_digest(jpeg)] = added[-1].copied_name
    (stage / ".incoming").unlink(missing_ok=True)
    return Addition(tuple(added), tuple(duplicates), tuple(rejected))


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _read_photo(
    path: PurePosixPath, read: Callable[[], bytes], incoming: Path, budget: DecodingBudget
) -> tuple[bytes, bytes, tuple[str, ...]]:
    """A file's bytes, the JPEG that is kept of it, and what was changed. Raises DataError where it
    is no photo, OSError where `incoming` cannot be written."""
    try:
        data = read()
    except OSError as error:
        raise DataError(error.strerror or str(error)) from None
    if not is_photo(data[:64], path.name) and (known := unreadable_reason(data[:64], path.name)):
        raise DataError(known)
    budget.spend(data)
    incoming.write_bytes(data)
    jpeg, changes, _ = copy_photo(incoming)
    if not changes:  # its own bytes: of its metadata only the time stays, and no location
        with Image.open(incoming) as image:
            if not image.info.keys().isdisjoint(("exif", "xmp", "photoshop")):
                jpeg = jpeg_bytes(open_photo(incoming), QUALITY, time_taken(incoming))
    return data, jpeg, changes


def _stage_tables(
    dataset: Dataset,
    stage: Path,
    split: str,
    added: Sequence[SourcePhoto],
    origin: str,
    columns: Mapping[str, str],
) -> None:
    """Writes the tables with the new photos' rows, and dataset.yaml, into the stage."""
    number = str(max(addition_numbers(dataset), default=0) + 1)
    named = [(one.copied_name, one.label) for one in added]
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
        ADDITIONS_FILE: (COLUMNS, [(number, split, file) for file, _ in named])
    }
    rows: list[tuple[str, ...]]
    if split != TRAIN:
        shown = {BACKGROUND: ""}
        rows = [(split, file, label, shown.get(label, label)) for file, label in named if label]
        tables["labels.csv"] = LABEL_COLUMNS, rows
    elif (dataset.root / "train.csv").is_file():
        rows = [(*of_photo, *columns.values()) for of_photo in named]
        tables["train.csv"] = ("fnames", "target", *columns), rows
    for name, (header, new) in tables.items():
        if new:
            old = read_rows(dataset.root / name, header, optional=True, all_columns=True)
            lines = [row for _, row in old] + [dict(zip(header, row, strict=True)) for row in new]
            files.write_text(stage / name, table_text(list(lines[0]), lines))
    if origin:
        note = read_metadata(dataset.root)
        stated = dict(note.get("test_sets") or {}) | {split: {"origin": origin}}
        files.write_text(stage / METADATA_FILE, dump_yaml(note | {"test_sets": stated}))
