"""A data set on disk: finds, validates and fingerprints the photos, labels and boxes.

The folder format is DESIGN section 4: `train/<class>/*.jpg` (or `train.csv` beside `train/`), every
other folder of photos is a test set named after the folder, `labels.csv` and `boxes.csv` describe
the test sets and are optional.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.base import files
from core.base.errors import DataError, os_error_line
from core.base.language import N_, _
from core.base.yaml_files import read_yaml
from core.data.addition_log import read_additions, read_between_additions
from core.data.csv_files import line_location, read_rows
from core.data.label_tables import Box, Label, check_class_name, read_boxes, read_labels

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif")
BACKGROUND = "background"
METADATA_FILE = "dataset.yaml"
CAPTURE_LOG = "capture.jsonl"  # beside the photos of a test set that was captured (core.capture)
ORIGINS = ("elsewhere", "same_shoot")  # what dataset.yaml may state of a test set
VALIDATION = "validation"  # in tables, the training photos that validate; no test set's name
# What steers a terminal, breaks a line, or turns the text after it around (bidi controls).
CONTROL_CHARS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
PRESENT_MIN_VISIBLE = 0.15  # a class counts as present when at least this share of it is visible


@dataclass(frozen=True)
class Photo:
    """A photo and its name within its set: `keras/img_1.jpg` in train, `img_9.jpg` elsewhere."""

    path: Path
    file: str


@dataclass(frozen=True)
class TestSet:
    """Photos that no training sees. Labels and boxes may be missing for some or all of them.
    origin: one of ORIGINS, "" where dataset.yaml does not state it (core.data.origin). added: of
    each later photo, the number of its addition (core.data.addition_log)."""

    __test__ = False  # not a class of tests, whatever pytest thinks of the name

    name: str
    photos: tuple[Photo, ...]
    labels: dict[str, Label] = field(default_factory=dict)
    boxes: dict[str, tuple[Box, ...]] = field(default_factory=dict)
    origin: str = ""
    added: dict[str, int] = field(default_factory=dict)


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

    def test_set(self, name: str) -> TestSet:
        """The test set of that name. Raises DataError with the names there are."""
        for test_set in self.test_sets:
            if test_set.name == name:
                return test_set
        names = ", ".join(t.name for t in self.test_sets) or "none"
        raise DataError(
            N_("{root}: no test set {name} (there are: {names})").format(
                root=self.root, name=name, names=names
            )
        )

    def held_out(self, files: Sequence[str]) -> TestSet:
        """The training photos of these files as a set of photos to look at, each labelled with its
        class: those that validated in some run. Raises DataError where one is gone."""
        by_file = {photo.file: number for number, photo in enumerate(self.train)}
        gone = [file for file in files if file not in by_file]
        if gone:
            raise DataError(
                N_("{place}: {file} is no longer there").format(
                    place=self.root / "train", file=gone[0]
                )
            )
        names = {file: self.classes[self.train_labels[by_file[file]]] for file in files}
        labels = {
            file: Label(name, () if name == BACKGROUND else (name,)) for file, name in names.items()
        }
        return TestSet(VALIDATION, tuple(self.train[by_file[file]] for file in files), labels)

    def class_counts(self) -> dict[str, int]:
        """Training photos per class."""
        counts = Counter(self.train_labels)
        return {name: counts[i] for i, name in enumerate(self.classes)}


def is_dataset(root: Path) -> bool:
    """Whether a folder looks like a data set (it has `train/`)."""
    return (root / "train").is_dir()


def find_datasets(parent: Path) -> list[Path]:
    """The data-set folders directly inside `parent`, by name."""
    if not parent.is_dir():
        return []
    # A hidden folder is one that is being filled.
    folders = (p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
    return sorted(folder for folder in folders if is_dataset(folder))


def read_dataset(root: Path) -> Dataset:
    """Reads and validates a data-set folder without decoding any photo.

    Raises DataError: one line that names the file, row or class, and what to change.
    """
    try:
        return read_between_additions(Path(root), _read)
    except OSError as error:  # a folder that may not be read
        raise DataError(os_error_line(error)) from None


def _read(root: Path) -> Dataset:
    if not root.is_dir():
        raise DataError(N_("{root}: no such folder").format(root=root))
    if not is_dataset(root):
        raise DataError(
            N_("{root}: has no folder train/ with a folder of photos for each class").format(
                root=root
            )
        )
    note = read_metadata(root)
    rows = _read_train(root)
    counts = Counter(row.label for row in rows)
    if len(counts) < 2:
        raise DataError(
            N_(
                "{place}: needs photos of at least two classes, has {count}; "
                "the photos of each class lie in a folder of their own"
            ).format(place=root / "train", count=len(counts))
        )
    for name, count in sorted(counts.items()):
        if count < 2:
            raise DataError(
                N_(
                    "{place}: class {name} has one photo; it needs at least two, "
                    "one to train on and one to validate"
                ).format(place=root / "train", name=name)
            )
    classes = tuple(sorted(counts))
    stated, added = note.get("test_sets") or {}, read_additions(root)
    test_sets = tuple(_read_test_sets(root, classes, stated, added))
    return Dataset(
        root=root,
        title=str(note.get("title") or root.resolve().name),
        licence=str(note.get("licence") or N_("not stated")),
        source=str(note.get("source") or N_("not stated")),
        classes=classes,
        train=tuple(row.photo for row in rows),
        train_labels=tuple(classes.index(row.label) for row in rows),
        test_sets=test_sets,
        train_columns={
            name: tuple(row.extra_columns[name] for row in rows) for name in rows[0].extra_columns
        },
        added=added.get("train", {}),
    )


def unused_files(dataset: Dataset) -> list[Path]:
    """Files beside the photos that are not used: no photos by their names, in folders inside a
    class's folder, or not listed in train.csv. Hidden ones do not count."""
    used = {photo.path for photo in dataset.train}
    used |= {photo.path for test_set in dataset.test_sets for photo in test_set.photos}
    used |= {dataset.root / test_set.name / CAPTURE_LOG for test_set in dataset.test_sets}
    folders = ["train", *(test_set.name for test_set in dataset.test_sets)]
    found = (path for folder in folders for path in (dataset.root / folder).rglob("*"))
    return sorted(p for p in found if p.is_file() and p not in used and p.name[0] != ".")


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
            "not used, being no photos of the set: {names} and {count} more",
            names=", ".join(names[:3]),
            count=len(names) - 3,
        )
    return _("not used, being no photos of the set: {names}", names=", ".join(names))


class FileDigests:
    """SHA-256 of files as they are read; notices those that are replaced later. `tick` is called
    before each file is read."""

    def __init__(self, check_cancelled: Callable[[], None]) -> None:
        self._check_cancelled = check_cancelled
        self._known: dict[Path, tuple[str, bytes]] = {}

    def digest(self, path: Path) -> bytes:
        """Raises DataError when the file cannot be read."""
        self._check_cancelled()
        before = files.quick_fingerprint(path)
        self._known[path] = before, _file_digest(path)
        return self._known[path][1]

    def check_unchanged(self) -> None:
        """Raises DataError, naming it, where a file holds no longer what was read. Only those with
        another time, size or number are read again."""
        for path, (before, digest) in self._known.items():
            now = files.quick_fingerprint(path)
            if now != before and _file_digest(path) != digest:
                raise DataError(
                    N_(
                        "{path}: was replaced while it was in use: put it back as it was, or begin "
                        "again with the new one"
                    ).format(path=path)
                )
            self._known[path] = now, digest


def fingerprints(dataset: Dataset, digest: Callable[[Path], bytes] | None = None) -> dict[str, Any]:
    """SHA-256 of the training photos with all that train.csv says of them, of each test set's
    photos, and of each test set's labels and boxes: kept apart, so that labelling a test set
    orphans no run. digest: `FileDigests.of`, where files may be replaced meanwhile."""
    digest = digest or _file_digest
    train = hashlib.sha256()
    for photo, label in zip(dataset.train, dataset.train_labels, strict=True):
        train.update(f"{photo.file}\0{dataset.classes[label]}\0".encode())
        train.update(digest(photo.path))
    for name, values in dataset.train_columns.items():
        train.update("\0".join(("", name, *values)).encode())
    tests = {}
    for test_set in dataset.test_sets:
        photos = hashlib.sha256()
        for photo in test_set.photos:
            photos.update(f"{photo.file}\0".encode() + digest(photo.path))
        tests[test_set.name] = {
            "photos": photos.hexdigest(),
            "truth": truth_fingerprint(test_set),
        }
    return {"train": train.hexdigest(), "test_sets": tests}


def truth_fingerprint(test_set: TestSet) -> str:
    """SHA-256 of a test set's labels and boxes, and of where it is stated to be from."""
    truth = repr((sorted(test_set.labels.items()), sorted(test_set.boxes.items())))
    truth += test_set.origin
    return hashlib.sha256(truth.encode()).hexdigest()


# --- reading ------------------------------------------------------------------------------------


def _file_digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None


def read_metadata(root: Path) -> dict[str, Any]:
    """What dataset.yaml says; nothing where there is none. Raises DataError, one line."""
    path = root / METADATA_FILE
    if not path.is_file():
        return {}
    note = read_yaml(path)
    if not isinstance(note, dict):
        raise DataError(
            N_("{path}: must be a list of `key: value` lines (title, licence, source)").format(
                path=path
            )
        )
    stated = note.get("test_sets") or {}
    for name, told in stated.items() if isinstance(stated, dict) else [("test_sets", None)]:
        if not stated_origin(told):
            raise DataError(
                N_(
                    "{path}: test_sets: {name}: say where it is from, origin: elsewhere or "
                    "origin: same_shoot"
                ).format(path=path, name=name)
            )
    return note


def stated_origin(set_metadata: Any) -> str:
    """What a set's part of `test_sets` states: one of ORIGINS, "" where it states none of them."""
    origin = set_metadata.get("origin") if isinstance(set_metadata, dict) else ""
    return origin if origin in ORIGINS else ""


def _photos_in(folder: Path) -> list[Path]:
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in PHOTO_SUFFIXES
        and not path.is_dir()
        and not path.name.startswith(".")
    )
    for path in found:
        _check_name(path)
        if not path.is_file():
            raise DataError(
                N_("{path}: a link to a file that is not there: remove or mend it").format(
                    path=path
                )
            )
    return found


def _folders_in(folder: Path) -> list[Path]:
    found = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    for path in found:
        _check_name(path)
    return found


def _check_name(path: Path) -> None:
    """Names travel through tables, terminals and pages as UTF-8; an old archive may hold others."""
    if CONTROL_CHARS.search(path.name):
        shown = CONTROL_CHARS.sub("?", path.name)
        raise DataError(
            N_("{folder}/{shown}: its name holds a sign that is not seen: rename it").format(
                folder=path.parent, shown=shown
            )
        )
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        shown = path.name.encode("utf-8", "replace").decode()
        raise DataError(
            N_("{folder}/{shown}: its name is not UTF-8: rename it").format(
                folder=path.parent, shown=shown
            )
        ) from None


@dataclass(frozen=True)
class _TrainRow:
    photo: Photo
    label: str
    extra_columns: dict[str, str] = field(default_factory=dict)  # other columns of train.csv


def _read_train(root: Path) -> list[_TrainRow]:
    table = root / "train.csv"
    if table.is_file():
        return list(_read_train_csv(root, table))
    return list(_read_train_folders(root / "train"))


def _read_train_folders(train: Path) -> Iterator[_TrainRow]:
    for folder in _folders_in(train):
        label, photos = check_class_name(folder.name, str(folder)), _photos_in(folder)
        if not photos:
            suffixes = ", ".join(PHOTO_SUFFIXES)
            raise DataError(
                N_("{folder}: has no photo ({suffixes}): add some or remove the folder").format(
                    folder=folder, suffixes=suffixes
                )
            )
        for path in photos:
            yield _TrainRow(Photo(path, f"{folder.name}/{path.name}"), label)


def _read_train_csv(root: Path, table: Path) -> Iterator[_TrainRow]:
    seen = set()
    for line, row in read_rows(table, ("fnames", "target"), all_columns=True):
        where, file = line_location(table, line), row.pop("fnames")
        path = _resolve_inside(root / "train", file, where)
        label = check_class_name(row.pop("target"), where)
        if path in seen:
            raise DataError(
                N_("{where}: {file} is listed twice: keep one of the lines").format(
                    where=where, file=file
                )
            )
        seen.add(path)
        yield _TrainRow(Photo(path, file), label, row)


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
            N_("{where}: {file} points outside {folder}").format(
                where=where, file=file, folder=folder
            )
        )
    if not there:
        raise DataError(
            N_("{where}: {file} is not in {folder}: add the photo or remove the line").format(
                where=where, file=file, folder=folder
            )
        )
    return path


def _read_test_sets(
    root: Path,
    classes: tuple[str, ...],
    stated: Mapping[str, Any],
    added: dict[str, dict[str, int]],
) -> Iterator[TestSet]:
    photos = {
        folder.name: tuple(Photo(path, path.name) for path in _photos_in(folder))
        for folder in _folders_in(root)
        if folder.name != "train" and _photos_in(folder)
    }
    if VALIDATION in photos:
        raise DataError(
            N_(
                "{place}: validation photos are taken from train/; rename the folder to "
                "have it as a test set, or move its photos into train/"
            ).format(place=root / VALIDATION)
        )
    files = {name: {photo.file for photo in found} for name, found in photos.items()}
    labels = read_labels(root / "labels.csv", files, classes)
    boxes = read_boxes(root / "boxes.csv", files)
    for name, found in photos.items():
        origin = stated_origin(stated.get(name))
        tables = labels.get(name, {}), boxes.get(name, {})
        yield TestSet(name, found, *tables, origin, added.get(name, {}))
