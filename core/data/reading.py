"""Reads what somebody gives as a set of photos: layout, labels and boxes, and what is left out.

One reader for a folder in place, an import and the first look before it: nothing is written here.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from core.base.errors import DataError, InputError
from core.base.language import N_
from core.data.addition_log import ADDITIONS_FILE, COLUMNS
from core.data.annotations.formats import Annotation, shares
from core.data.annotations.source import AnnotationFile, PhotoFinder, read_annotations
from core.data.archive import FileSource, RejectedFile, printable
from core.data.csv_files import has_columns
from core.data.dataset_names import BACKGROUND, CAPTURE_LOG, TRAIN, class_name, natural_key
from core.data.label_tables import MAX_BOXES, Box
from core.data.layout import KINDS, Kind, Layout, PossibleReading, find_layout
from core.data.photos import is_photo, photo_size, unreadable_reason
from core.data.source_photo import SourcePhoto

PHOTO_SUFFIXES = tuple(
    ".jpg .jpeg .jpe .jfif .png .webp .bmp .gif .tif .tiff .avif".split()  # noqa: SIM905
)
_OWN_FILES = {"dataset.yaml", "import.txt", "labels.csv", "boxes.csv", "train.csv", ADDITIONS_FILE}
_PACKED = {".parquet", ".arrow", ".tfrecord", ".h5", ".hdf5", ".npy", ".npz", ".mat", ".pkl"}
_MAX_DEPTH = 30  # folders in folders
MIN_PHOTOS = 2  # of a class: one to train on and one to validate


@dataclass(frozen=True)
class ReadingOptions:
    """What a person says of a source. kinds: what folders are, by path (`*` for any name). labels:
    `folders` or `tables` tell them. largest: a training photo of several classes is of its largest
    box's. encoding: of names in a zip."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    labels: str = ""
    largest: bool = False
    encoding: str | None = None


@dataclass(frozen=True)
class Reading:
    """classes: in their order. own: our tables, by name, with their places in the source. logs:
    of captured test sets, by name, likewise. found:
    the annotations that were read, as `COCO: test/_annotations.coco.json`. used: all files that
    tell something of the photos. possible: two readings,
    where neither names nor a person tell; the photos are read by the first. small: the photos of
    classes that are left out. several: training photos left out for showing several classes.
    encoding: of names in a zip that does not tell it, "" where all are plain."""

    layout: Layout
    classes: tuple[str, ...]
    photos: tuple[SourcePhoto, ...]
    rejected: tuple[RejectedFile, ...]
    own: Mapping[str, str]
    logs: Mapping[str, str]
    found: tuple[str, ...]
    used: tuple[str, ...]
    possible: tuple[PossibleReading, ...]
    small: Mapping[str, int]
    several: int
    encoding: str
    notes: tuple[str, ...]


def reading_options(
    folders: Iterable[str], labels: str, largest: bool, encoding: str | None
) -> ReadingOptions:
    """From what a person types. Raises InputError for what is none of the choices."""
    kinds: dict[str, Kind] = {}
    for text in folders:
        folder, _, kind = text.rpartition("=")
        known = next((each for each in KINDS if each == kind), None)
        if not folder or known is None:
            raise InputError(
                N_("--folder {text}: use FOLDER=class, =train, =test or =out").format(text=text)
            )
        kinds[folder.strip("/")] = known
    if labels not in ("", "folders", "tables"):
        raise InputError(N_("--labels {text}: must be folders or tables").format(text=labels))
    try:
        "".encode(encoding or "utf-8")
    except (LookupError, ValueError):
        told = N_("--encoding {text}: unknown; try utf-8, cp932 or cp437")
        raise InputError(told.format(text=encoding)) from None
    return ReadingOptions(kinds, labels, largest, encoding)


def read_source(source: FileSource, options: ReadingOptions | None = None) -> Reading:
    """Reads a source, with what a person says of it.

    Raises DataError, one line: no photos of two classes, or a folder that is not there."""
    options = options or ReadingOptions()
    photos, others, rejected = _sorted_files(source)
    for file in others if not photos else ():
        if PurePosixPath(file).suffix.lower() in _PACKED:
            raise DataError(f"{printable(file)}: {_why_no_photo(source, file)}")
    own = _own_tables(source, others)
    rest = [file for file in others if file not in own.values()]
    annotations, unread = read_annotations(source, rest)
    train_table = own.get("train.csv", "")
    if train_table:
        told, _ = read_annotations(source, [train_table])
        annotations += told
    labelled = any(one.label for table in annotations for one in table.annotations)
    by_table = bool(train_table) or options.labels == "tables"
    layout = find_layout(photos, options.kinds, labelled, by_table)
    said, tables, notes = _assigned(layout, photos, annotations, unread)
    possible = layout.possible
    if not options.kinds and not options.labels:
        possible = possible or _other_labels(layout, said)
    taken, unlabelled = _labelled(source, layout, said, options)
    rejected += [RejectedFile(*pair) for pair in {**layout.unplaced, **unlabelled}.items()]
    counts = Counter(photo.label for photo in taken if photo.split == TRAIN)
    classes, small = trainable(counts)
    notes += [small_class_text(name, counts[name]) for name in small]
    rejected += [
        RejectedFile(photo.file, small_class_text(photo.label, counts[photo.label]))
        for photo in taken
        if photo.split == TRAIN and photo.label in small
    ]
    logs = {
        name: f"{folder}/{CAPTURE_LOG}"
        for name, folder in layout.folders.items()
        if f"{folder}/{CAPTURE_LOG}" in others and "/" not in name
    }
    used = {each.file for each in tables} | set(own.values()) | set(logs.values())
    why = partial(_why_no_photo, source)
    rejected += [
        RejectedFile(file, unread.get(file) or why(file)) for file in others if file not in used
    ]
    if len(classes) < 2 and (labelled or by_table):
        raise DataError(_too_few_labels(classes, unlabelled))
    return Reading(
        layout,
        classes,
        tuple(_of_classes(taken, classes, notes)),
        tuple(rejected),
        own,
        logs,
        tuple(_listed_tables(tables)),
        tuple(sorted(used)),
        possible,
        {name: counts[name] for name in small},
        sum("--largest" in reason for reason in unlabelled.values()),
        source.encoding,
        (*source.notes, *layout.notes, *notes),
    )


@dataclass(frozen=True)
class FolderRow:
    """A folder in the first look: what it is, as what, and how many photos lie in it."""

    path: str
    kind: Kind
    name: str
    photos: int


def folder_rows(reading: Reading) -> list[FolderRow]:
    """The folders that mean something, and those whose photos are left out, as a tree."""
    roles = {path: (role.kind, role.name) for path, role in reading.layout.roles.items() if path}
    for file, reason in reading.layout.unplaced.items():
        folder = file.rpartition("/")[0]
        if folder and not any(f"{folder}/".startswith(f"{path}/") for path in roles):
            roles[folder] = ("out", reason)
    files = [place.file for place in reading.layout.placed] + list(reading.layout.unplaced)
    counts = Counter(
        "/".join(parts[:depth])
        for parts in (file.split("/") for file in files)
        for depth in range(1, len(parts))
    )
    order = sorted(roles, key=lambda path: [natural_key(part) for part in path.split("/")])
    return [FolderRow(path, *roles[path], counts[path]) for path in order]


def trainable(counts: Mapping[str, int]) -> tuple[tuple[str, ...], list[str]]:
    """The classes that can train, in their order; and those that are left out, having too few
    photos, where two or more remain."""
    names = sorted(counts, key=natural_key)
    enough = [name for name in names if counts[name] >= MIN_PHOTOS]
    if len(enough) < 2:
        return tuple(names), []
    return tuple(enough), [name for name in names if name not in enough]


def small_class_text(name: str, count: int) -> str:
    """Why a class is left out."""
    told = N_("class {name} is left out: it has {count} photo, but a class needs two")
    return told.format(name=name, count=count)


def read_text(tables: str) -> str:
    """Which annotations were read."""
    return N_("annotations read: {tables}").format(tables=tables)


def two_readings_text(possible: Sequence[PossibleReading]) -> str:
    """What is asked on the command line, in one line."""
    first, second = possible
    return N_("choose between two readings: {first} ({option}) or {second} ({other})").format(
        first=first.title, option=first.option, second=second.title, other=second.option
    )


# --- files ----------------------------------------------------------------------------------------


def _sorted_files(source: FileSource) -> tuple[list[str], list[str], list[RejectedFile]]:
    """Photos, by their names or contents; other files; and those that are rejected."""
    photos, others = [], []
    rejected = [
        *source.rejected,
        *(RejectedFile(file, N_("a hidden file")) for file in source.hidden),
    ]
    for file in source.files:
        path = PurePosixPath(file)
        suffix = path.suffix.lower()
        if suffix not in PHOTO_SUFFIXES and not is_photo(source.head(file), file):
            others.append(file)
        elif file.count("/") > _MAX_DEPTH:
            deep = N_("is more than {count} folders deep").format(count=_MAX_DEPTH)
            rejected.append(RejectedFile(file, deep))
        elif any(PurePosixPath(part).suffix.lower() in PHOTO_SUFFIXES for part in path.parts[:-1]):
            rejected.append(RejectedFile(file, N_("is in a folder named like a photo")))
        else:
            photos.append(file)
    return sorted(photos, key=lambda file: file.split("/")), others, rejected


def _own_tables(source: FileSource, others: Iterable[str]) -> dict[str, str]:
    """Our own files, the uppermost of each name. Tables count by their columns."""
    found: dict[str, str] = {}
    columns = {
        "labels.csv": {"split", "file", "primary"},
        "boxes.csv": {"split", "file", "label", "x0"},
        "train.csv": {"fnames", "target"},
        ADDITIONS_FILE: set(COLUMNS),
    }
    for file in sorted(others, key=lambda file: file.count("/")):
        name = PurePosixPath(file).name
        if name not in _OWN_FILES or name in found:
            continue
        if name in columns:
            try:
                if not has_columns(source.read(file), columns[name]):
                    continue
            except DataError:
                continue
        found[name] = file
    return found


def _why_no_photo(source: FileSource, file: str) -> str:
    """Why a file is left out, with what it seems to be."""
    suffix = PurePosixPath(file).suffix.lower()
    if known := unreadable_reason(source.head(file), file):
        return known
    if suffix == ".zip":
        try:
            names = ZipFile(io.BytesIO(source.read(file))).namelist()
            count = sum(PurePosixPath(name).suffix.lower() in PHOTO_SUFFIXES for name in names)
            told = N_("a zip file with {count} photos (judging by names); unpack it first")
            return told.format(count=count)
        except (BadZipFile, DataError, ValueError, OSError, NotImplementedError):
            return N_("an unreadable zip file")
    if suffix in _PACKED:
        return N_("an unsupported data format; save its photos as files")
    return N_("not a photo, judging by its name")


# --- labels ---------------------------------------------------------------------------------------


def _assigned(
    layout: Layout, photos: Sequence[str], annotations: list[AnnotationFile], unread: dict[str, str]
) -> tuple[dict[str, list[Annotation]], list[AnnotationFile], list[str]]:
    """What annotations say, by photo; the files that say something; and what is to be told."""
    placed = {photo.file: photo.split for photo in layout.placed}
    finder = PhotoFinder(photos, lambda photo: placed.get(photo, ""))
    said: dict[str, list[Annotation]] = defaultdict(list)
    used, notes = [], []
    for table in annotations:
        missing, several, count = 0, "", 0
        for one in table.annotations:
            found = finder.find(one.file, table.file)
            if len(found) == 1:
                said[found[0]].append(one)
                count += 1
            elif found:
                several = several or one.file
            else:
                missing += 1
        if table.annotations and not count:
            unread[table.file] = N_("refers to no photo here")
            if not several:
                continue
        used.append(table)
        if several:
            told = N_("{file}: {photo} is in several folders; include folder names")
            notes.append(told.format(file=table.file, photo=printable(several)))
        if missing:
            told = N_("{file}: {count} lines skipped because their photos are missing")
            notes.append(told.format(file=table.file, count=missing))
    for photo, lines in said.items():
        if sum(one.box is not None for one in lines) > MAX_BOXES:
            told = N_("{photo}: only the first {most} boxes are used")
            notes.append(told.format(photo=printable(photo), most=MAX_BOXES))
    return said, used, notes


def _other_labels(
    layout: Layout, said: Mapping[str, Sequence[Annotation]]
) -> tuple[PossibleReading, ...]:
    """Two readings, where folders call most photos otherwise than annotations do."""
    train = [photo for photo in layout.placed if photo.split == TRAIN and photo.label]
    folders = {photo.label for photo in train}
    tables = {class_name(one.label) for photo in train for one in said.get(photo.file, ())} - {""}
    covered = sum(any(one.label for one in said.get(photo.file, ())) for photo in train)
    if len(tables) < 2 or tables & folders or 2 * covered < len(train):
        return ()
    first, second = (", ".join(sorted(names, key=natural_key)[:6]) for names in (folders, tables))
    by_folders = N_("the folders are classes: {classes}").format(classes=first)
    by_tables = N_("the annotations give the classes: {classes}").format(classes=second)
    return (
        PossibleReading(by_folders, "--labels folders", labels="folders"),
        PossibleReading(by_tables, "--labels tables", labels="tables"),
    )


def _labelled(
    source: FileSource,
    layout: Layout,
    said: Mapping[str, Sequence[Annotation]],
    options: ReadingOptions,
) -> tuple[list[SourcePhoto], dict[str, str]]:
    """The photos with labels and boxes; and why training photos have none."""
    taken: list[SourcePhoto] = []
    unlabelled: dict[str, str] = {}
    splits = any(role.kind in ("train", "test") for role in layout.roles.values())
    for place in layout.placed:
        told = said.get(place.file, ())
        split = next((one.split for one in told if one.split), "")
        if split and not splits:
            place = replace(place, split=split)
        boxes = tuple(dict.fromkeys(_boxes(source, place.file, told)))
        largest = sorted(boxes, key=lambda box: -box.area)
        names = [box.label for box in largest] + [class_name(one.label) for one in told]
        names = list(dict.fromkeys(filter(None, names)))
        label = place.label or (names[0] if names else "")
        present = tuple(dict.fromkeys([label, *names])) if label else ()
        if place.split == TRAIN and not place.label:
            if not names:
                unlabelled[place.file] = N_("is in no class, and no table labels it")
            elif len(names) > 1 and not (options.largest and boxes):
                unlabelled[place.file] = N_(
                    "shows several classes ({names}); use --largest for the class of the "
                    "largest box"
                ).format(names=", ".join(names[:4]))
            if place.file in unlabelled:
                continue
        by_table = not place.label
        taken.append(replace(place, label=label, by_table=by_table, present=present, boxes=boxes))
    return taken, unlabelled


def _boxes(source: FileSource, file: str, told: Iterable[Annotation]) -> Iterable[Box]:
    known: tuple[float, float] | None = None
    for one in islice((one for one in told if one.box and one.label), MAX_BOXES):
        size = one.size or known
        if size is None:
            try:
                size = known = photo_size(io.BytesIO(source.read(file)))
            except DataError:
                return
        corners = shares(one.box, size) if one.box else None
        if corners is not None:
            yield Box(class_name(one.label), *corners, visible=1.0)


def _of_classes(
    taken: Iterable[SourcePhoto], classes: Collection[str], notes: list[str]
) -> Iterable[SourcePhoto]:
    """Labels of test photos that are no class become `background`, which is told; training photos
    of classes that are left out go."""
    strange: Counter[tuple[str, str]] = Counter()
    for photo in taken:
        if photo.split == TRAIN:
            if photo.label in classes:
                yield photo
            continue
        if photo.label and photo.label not in {*classes, BACKGROUND}:
            strange[photo.split, photo.label] += 1
        yield photo.among(classes)
    for (split, name), count in strange.items():
        told = N_(
            "{set}: {count} photos of {name} are labelled as none of the classes, because "
            "no training photo shows it"
        )
        notes.append(told.format(set=split, count=count, name=name))


def _listed_tables(tables: Iterable[AnnotationFile]) -> Iterable[str]:
    """The annotations by format: one by its name, many by their number."""
    by_format: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        by_format[table.format].append(table.file)
    for name, files in by_format.items():
        if len(files) == 1:
            yield f"{name}: {printable(files[0])}"
        else:
            yield N_("{format}: {count} files").format(format=name, count=len(files))


def _too_few_labels(classes: Sequence[str], unlabelled: Mapping[str, str]) -> str:
    told = N_("needs photos of at least two classes; its tables list {count}")
    if not unlabelled:
        return told.format(count=len(classes))
    told = N_("needs photos of at least two classes; its tables list {count}; {file}: {reason}")
    file, reason = next(iter(unlabelled.items()))
    return told.format(count=len(classes), file=printable(file), reason=reason)
