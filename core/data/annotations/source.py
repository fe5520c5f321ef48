"""Finds the annotations among the files of a source, and the photo that each is of."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.base.errors import DataError
from core.base.language import N_
from core.data.annotations.formats import (
    CLASS_LISTS,
    Annotation,
    read_class_names,
    read_json,
    read_json_lines,
    read_split_list,
    read_table,
    read_voc,
    read_yolo,
)
from core.data.archive import FileSource, file_too_large_text
from core.data.csv_files import MAX_BYTES
from core.data.split_words import SIDE_WORDS

_MAX_JSON = 100_000_000  # bytes; COCO's own training set has 450 MB, of 118,000 photos
_MAX_SMALL = 2_000_000  # of an XML or text file, which is of one photo
_LIMITS = {".json": _MAX_JSON, ".jsonl": _MAX_JSON, ".csv": MAX_BYTES, ".tsv": MAX_BYTES}


@dataclass(frozen=True)
class AnnotationFile:
    """file: its name in the source. format: as people call it."""

    file: str
    format: str
    annotations: tuple[Annotation, ...]


def read_annotations(
    source: FileSource, files: Iterable[str]
) -> tuple[list[AnnotationFile], dict[str, str]]:
    """What the files say that are annotations; and why others are not, those that look so."""
    found: list[AnnotationFile] = []
    unread: dict[str, str] = {}
    files, texts = list(files), list[str]()
    lists: dict[str, dict[int, str]] = {}
    for file in filter(_may_list_classes, files):
        with suppress(ValueError, DataError):
            if names := read_class_names(_text(source, file), file):
                lists[file] = names
    for file in files:
        suffix = _suffix(source, file)
        if suffix == ".txt" and file not in lists:
            texts.append(file)
        if suffix not in (".json", ".jsonl", ".xml", ".csv", ".tsv"):
            continue
        try:
            text = _text(source, file)
            if suffix == ".json":
                kind, told = read_json(text)
            elif suffix == ".jsonl":
                kind, told = "metadata.jsonl", read_json_lines(text)
            elif suffix == ".xml":
                kind, told = "Pascal VOC", read_voc(text, _beside(file, "annotations", ""))
            else:
                usual = PurePosixPath(file).name in ("labels.csv", "boxes.csv", "train.csv")
                kind, told = N_("table"), read_table(text, usual)
            found.append(AnnotationFile(file, kind, tuple(told)))
        except (ValueError, DataError) as error:
            unread[file] = N_("cannot be read as annotations ({reason})").format(reason=error)
    of_yolo: list[AnnotationFile] = []
    for file in texts:
        with suppress(ValueError, DataError):  # some other text
            read = _read_text(source, file, _nearest(file, lists))
            (of_yolo if read.format == "YOLO" else found).append(read)
    if any(one.annotations for one in of_yolo):
        found += [*of_yolo, *(AnnotationFile(file, "YOLO", ()) for file in lists)]
    return found, unread


def _read_text(source: FileSource, file: str, names: dict[int, str]) -> AnnotationFile:
    """A text file of YOLO, a list of a split's photos, or a table. Raises ValueError for another,
    DataError for one that cannot be read."""
    text = _text(source, file)
    with suppress(ValueError):
        told = read_yolo(text, _beside(file, "labels", "images"), names)
        return AnnotationFile(file, "YOLO", tuple(told))
    with suppress(ValueError):
        told = read_split_list(text, PurePosixPath(file).stem)
        return AnnotationFile(file, N_("list of photos"), tuple(told))
    if "\t" not in text and "," not in text:
        raise ValueError("no table")
    return AnnotationFile(file, N_("table"), tuple(read_table(text, usual=True)))


class PhotoFinder:
    """Finds photos by the names that annotations call them by."""

    def __init__(self, photos: Sequence[str], split_of: Callable[[str], str]) -> None:
        self._photos, self._split_of = set(photos), split_of
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for photo in photos:
            name = posixpath.basename(photo).casefold()
            for key in {name, posixpath.splitext(name)[0]}:
                self._by_name[key].append(photo)

    def find(self, name: str, told_by: str) -> list[str]:
        """The photos that are likeliest meant, those alike; none where there is no such photo. No
        mask where there is a photo; then the nearest: most folders in common with the annotations'
        own, of the split or in the folder that their name speaks of (`instances_val2017.json`)."""
        folder = posixpath.dirname(told_by)
        name = name.replace("\\", "/").removeprefix("./")
        place = posixpath.normpath(posixpath.join(folder, name))
        if place in self._photos:
            return [place]
        base = posixpath.basename(name).casefold()
        found = self._by_name.get(base) or self._by_name.get(posixpath.splitext(base)[0], [])
        whole = [photo for photo in found if f"/{photo}".startswith(f"/{name}.")]
        whole = whole or [
            photo
            for photo in found
            if f"/{photo}".endswith(f"/{name}")
            or f"/{posixpath.splitext(photo)[0]}".endswith(f"/{name}")
        ]
        alike = whole or found
        if len(alike) < 2:  # as nearly always: no need to weigh them
            return list(alike)
        best: dict[tuple[bool, int, bool], list[str]] = defaultdict(list)
        stem = posixpath.splitext(posixpath.basename(told_by))[0].casefold()
        words = {stem, *re.split(r"[\W_]+", stem)}
        for photo in alike:
            common = posixpath.commonpath([f"/{place.strip('/')}", f"/{photo}"])
            near = len(PurePosixPath(common).parts)
            folders = photo.casefold().split("/")[:-1]
            told = bool({self._split_of(photo), *folders} & words)
            best[SIDE_WORDS.isdisjoint(folders), near, told].append(photo)
        return best[max(best)]


def _text(source: FileSource, file: str) -> str:
    data = source.read(file)
    limit = _LIMITS.get(PurePosixPath(file).suffix.lower(), _MAX_SMALL)
    if len(data) > limit:
        raise ValueError(file_too_large_text(limit))
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def _suffix(source: FileSource, file: str) -> str:
    """A file's suffix; `.xml` where it has none and begins as XML does."""
    suffix = PurePosixPath(file).suffix.lower()
    xml = not suffix and source.head(file).lstrip().startswith((b"<annotation", b"<?xml"))
    return ".xml" if xml else suffix


def _beside(file: str, folder: str, other: str) -> str:
    """The photo's name, without suffix, as an annotation's file has it: `labels/a.txt` is of
    `images/a`. Relative to the annotation's own folder, or bare where the other is not known."""
    parts = PurePosixPath(file).with_suffix("").parts
    if other and folder in parts:
        at = len(parts) - 1 - parts[::-1].index(folder)
        up = "../" * (len(parts) - 1 - at)
        return up + "/".join((other, *parts[at + 1 :]))
    return parts[-1]


def _may_list_classes(file: str) -> bool:
    path = PurePosixPath(file)
    named = path.suffix in (".yaml", ".yml") and path.name != "dataset.yaml"
    return named or path.name.casefold() in CLASS_LISTS


def _nearest(file: str, lists: dict[str, dict[int, str]]) -> dict[int, str]:
    """The list of classes that lies nearest above or beside a file."""
    nearest = max(lists, key=lambda each: len(posixpath.commonprefix([each, file])), default="")
    return lists.get(nearest, {})
