"""Pascal VOC's XML and YOLO's text files, one for each photo."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import yaml

from core.data.annotations.annotation import Annotation, Corners, bounds
from core.data.split_words import split_of

_MAX_DEPTH = 30  # elements in elements
_YOLO_LINE = re.compile(r"\d+(\s+-?[\d.]+(e-?\d+)?){4,}\s*")
CLASS_LISTS = {"classes.txt", "obj.names", "_darknet.labels", "labels.txt", "classes.names"}


def read_voc(text: str, file: str) -> list[Annotation]:
    """The XML of the photo `file` (without suffix, which is taken from the name that it tells).
    Raises ValueError, also for a document type, which may define entities."""
    root = _xml(text)
    if root.tag != "annotation":
        raise ValueError("not Pascal VOC")
    told = PurePosixPath((root.findtext("filename") or "").strip().replace("\\", "/"))
    if told.stem == PurePosixPath(file).name:
        file += told.suffix
    try:
        size = (float(root.findtext("size/width", "0")), float(root.findtext("size/height", "0")))
    except ValueError:
        size = (0.0, 0.0)
    found = []
    for thing in root.iter("object"):
        name = (thing.findtext("name") or "").strip()
        found.append(Annotation(file, name, _voc_box(thing), size if all(size) else None))
    return found


def read_yolo(text: str, file: str, names: Mapping[int, str]) -> list[Annotation]:
    """The lines `class x y width height` (the middle, in shares) or `class x0 y0 x1 y1 x2 y2 …` (a
    polygon) of the photo `file`. A class that `names` lacks is called by its number. Raises
    ValueError."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        if not _YOLO_LINE.fullmatch(line.strip()):
            raise ValueError("not YOLO")
        number, *values = line.split()
        shares = list(map(float, values))
        if len(shares) in (4, 5):  # the fifth: how sure a detector was
            x, y, width, height = shares[:4]
            box: Corners | None = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        else:
            box = bounds(zip(shares[::2], shares[1::2], strict=False))
        found.append(Annotation(file, names.get(int(number), number), box, (1.0, 1.0)))
    return found


def read_split_list(text: str, name: str) -> list[Annotation]:
    """The photos that a list named `name` gives a split: a line each, as Pascal VOC's
    `ImageSets/Main/val.txt` and Food-101's `meta/test.txt` have it, with or without a class's
    number behind. Raises ValueError where the name speaks of no split."""
    split = split_of(name)
    lines = [re.sub(r"[\s,]+-?\d+$", "", line.strip()) for line in text.splitlines()]
    if split is None or not any(lines):
        raise ValueError("no list of a split")
    told = "train" if split == "train" else name
    return [Annotation(line, split=told) for line in lines if line]


def read_class_names(text: str, file: str) -> dict[int, str]:
    """The names of YOLO's classes, from data.yaml or a list of them. Raises ValueError."""
    if PurePosixPath(file).suffix not in (".yaml", ".yml"):
        return dict(enumerate(line.strip() for line in text.splitlines()))
    try:
        # Every value as text: `001` and `No` are names. What a file repeats is never written out.
        names: Any = yaml.load(text, Loader=yaml.BaseLoader)["names"]
        pairs = list(names.items() if isinstance(names, dict) else enumerate(names))
        if all(isinstance(name, str) for _, name in pairs):
            return {int(number): name for number, name in pairs}
    except (yaml.YAMLError, RecursionError, TypeError, LookupError, AttributeError):
        pass
    raise ValueError("no names of classes")


def _voc_box(thing: Element) -> Corners | None:
    for box in thing.iter("bndbox"):
        x0, y0, x1, y1 = (
            float(box.findtext(key, "nan")) for key in ("xmin", "ymin", "xmax", "ymax")
        )
        return x0, y0, x1, y1
    for polygon in thing.iter("polygon"):
        values = [float(each.text or "nan") for each in polygon.iter() if each is not polygon]
        return bounds(zip(values[::2], values[1::2], strict=False))
    return None


def _xml(text: str) -> Element:
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise ValueError("too deep")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def doctype(*_: object) -> None:
        raise ValueError("has a document type, which may hold anything")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        # As UTF-8, whatever the text says of itself: it has been decoded.
        parser.Parse(re.sub(r"^\s*<\?xml.*?\?>", "", text).encode(), True)
        return builder.close()
    except (expat.ExpatError, AssertionError) as error:
        raise ValueError(f"not XML: {error}") from None
