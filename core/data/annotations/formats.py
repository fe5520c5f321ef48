"""Readers of other tools' formats: each takes a file's text and gives annotations, or raises
ValueError for a text of another format."""

import csv
import io
import json
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

import yaml

from core.data.csv_files import delimiter
from core.data.split_words import fold, split_of

Corners = tuple[float, float, float, float]
Size = tuple[float, float]

CLASS_LISTS = {"classes.txt", "obj.names", "_darknet.labels", "labels.txt", "classes.names"}
_YOLO_LINE = re.compile(r"\d+(\s+-?[\d.]+(e-?\d+)?){4,}\s*")
_FILES = tuple(
    """file_name filename file fname fnames image_path filepath file_path path image image_id
    image_name imageid img img_path img_name image_file id name""".split()  # noqa: SIM905
)
_LABELS = tuple(
    """label labels class class_name classname category category_name target breed species
    tags tag diagnosis dx variety classes y""".split()  # noqa: SIM905
)
_SPLITS = ("split", "set", "subset", "partition", "is_valid", "is_test")
_CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
    ("x0", "y0", "x1", "y1"),
)
_PHOTO = re.compile(r".+\.(jpe?g|png|webp|bmp|gif|tiff?|avif|hei[cf])", re.IGNORECASE)
_ON, _OFF = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no", ""}


@dataclass(frozen=True)
class Annotation:
    """One thing that is said of a photo. file: the photo, as the annotations name it, relative to
    their folder; without suffix where they do not tell it. label: a class, "" where only the split
    is told. box: corners x0, y0, x1, y1, in units of `size` (width, height; 1, 1 for shares), or
    in pixels of the photo where that is None. split: `train` or a test set's name."""

    file: str
    label: str = ""
    box: Corners | None = None
    size: Size | None = None
    split: str = ""


def shares(corners: Corners, size: Size) -> Corners | None:
    """A box as shares of width and height, cut at the photo's edges; None for an empty one."""
    width, height = size
    if min(width, height) <= 0 or not all(map(math.isfinite, corners)):
        return None
    xs = sorted(min(max(x / width, 0.0), 1.0) for x in corners[::2])
    ys = sorted(min(max(y / height, 0.0), 1.0) for y in corners[1::2])
    if xs[0] == xs[1] or ys[0] == ys[1]:
        return None
    return xs[0], ys[0], xs[1], ys[1]


def _bounds(points: Iterable[tuple[float, float]]) -> Corners | None:
    """The box around points, such as a polygon's; None without any."""
    found = [(float(x), float(y)) for x, y in points]
    if not found:
        return None
    xs, ys = zip(*found, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _pairs(flat: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=False)


def _corners(box: Iterable[Any]) -> Corners:
    x, y, width, height = map(float, box)
    return x, y, x + width, y + height


def _known(width: Any, height: Any) -> Size | None:
    """A size that a file tells; None where it does not."""
    size = float(width or 0), float(height or 0)
    return size if all(size) else None


# --- JSON: COCO (also of Roboflow), LabelMe, Hugging Face's `metadata.jsonl` ----------------------


def read_json(text: str) -> tuple[str, list[Annotation]]:
    """COCO or LabelMe: the format's name, and what it says."""
    try:
        data = json.loads(text)
        if isinstance(data, dict) and isinstance(data.get("shapes"), list):
            return "LabelMe", _labelme(data)
        if isinstance(data, dict) and {"images", "annotations"} <= data.keys():
            return "COCO", _coco(data)
    except (RecursionError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not as the format has it: {error}") from None
    raise ValueError("neither COCO nor LabelMe")


def read_json_lines(text: str) -> list[Annotation]:
    """`metadata.jsonl`: `file_name`, and `label`, or `objects` with `bbox` (x, y, width, height)
    and `category`."""
    found = []
    try:
        for line in filter(None, map(str.strip, text.splitlines())):
            row = json.loads(line)
            file = str(row["file_name"])
            told = _first(row, "label", "labels", "class", "category")
            labels = told if isinstance(told, list) else [told]
            found += [Annotation(file, str(label)) for label in labels if label is not None]
            things = row.get("objects") or {}
            names = _first(things, "category", "categories", "label")
            for box, name in zip(things.get("bbox", ()), names, strict=True):
                found.append(Annotation(file, str(name), _corners(box)))
    except (RecursionError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"not as the format has it: {error}") from None
    return found


def _first(row: dict[str, Any], *keys: str) -> Any:
    return next((row[key] for key in keys if key in row), [])


def _coco(data: dict[str, Any]) -> list[Annotation]:
    names = {each["id"]: str(each["name"]) for each in data.get("categories", ())}
    photos = {each["id"]: each for each in data["images"]}
    found = []
    for each in data["annotations"]:
        photo = photos[each["image_id"]]
        size = _known(photo.get("width"), photo.get("height"))
        box = _corners(each["bbox"]) if each.get("bbox") else _outline(each.get("segmentation"))
        found.append(Annotation(str(photo["file_name"]), names[each["category_id"]], box, size))
    return found


def _outline(segmentation: Any) -> Corners | None:
    """The box around polygons, or around a mask as runs of pixels down the columns."""
    if isinstance(segmentation, dict) and isinstance(segmentation.get("counts"), list):
        height = int(segmentation["size"][0])
        ends = list(accumulate(map(int, segmentation["counts"])))
        runs = [(start, end - 1) for start, end in zip(ends[::2], ends[1::2]) if end > start]
        columns = [pixel // height for run in runs for pixel in run]
        rows = [pixel % height for run in runs for pixel in run]
        if any(first // height != last // height for first, last in runs):
            rows = [0, height - 1]  # a run goes on in the next column
        return (min(columns), min(rows), max(columns) + 1, max(rows) + 1) if runs else None
    flat = [part for part in segmentation or () if isinstance(part, list)]
    return _bounds(point for part in flat for point in _pairs(part))


def _labelme(data: dict[str, Any]) -> list[Annotation]:
    file, size = str(data["imagePath"]), _known(data.get("imageWidth"), data.get("imageHeight"))
    found = []
    for shape in data["shapes"]:
        points = [(float(x), float(y)) for x, y in shape["points"]]
        box = _bounds(points)
        if shape.get("shape_type") == "circle":  # its middle and a point on it
            (x, y), (x1, y1) = points
            radius = ((x1 - x) ** 2 + (y1 - y) ** 2) ** 0.5
            box = x - radius, y - radius, x + radius, y + radius
        found.append(Annotation(file, str(shape["label"]), box, size))
    flags = data.get("flags") or {}
    return found + [Annotation(file, flag) for flag in flags if flags[flag] is True]


# --- a file for each photo: Pascal VOC's XML and YOLO's text --------------------------------------


class _Builder(ElementTree.TreeBuilder):
    def doctype(self, *_: object) -> None:
        """Before an entity is defined."""
        raise ValueError("has a document type, which may hold anything")


def read_voc(text: str, file: str) -> list[Annotation]:
    """The XML of the photo `file` (without suffix, which is taken from the name that it tells)."""
    try:
        root = ElementTree.fromstring(text.strip(), ElementTree.XMLParser(target=_Builder()))
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from None
    if root.tag != "annotation":
        raise ValueError("not Pascal VOC")
    told = PurePosixPath((root.findtext("filename") or "").strip().replace("\\", "/"))
    if told.stem == PurePosixPath(file).name:
        file += told.suffix
    try:
        size = _known(root.findtext("size/width"), root.findtext("size/height"))
    except ValueError:
        size = None
    return [
        Annotation(file, (thing.findtext("name") or "").strip(), _voc_box(thing), size)
        for thing in root.iter("object")
    ]


def _voc_box(thing: ElementTree.Element) -> Corners | None:
    for box in thing.iter("bndbox"):
        x0, y0, x1, y1 = (float(box.findtext(key, "nan")) for key in _CORNERS[0])
        return x0, y0, x1, y1
    for polygon in thing.iter("polygon"):
        values = [float(each.text or "nan") for each in polygon.iter() if each is not polygon]
        return _bounds(_pairs(values))
    return None


def read_yolo(text: str, file: str, names: Mapping[int, str]) -> list[Annotation]:
    """The lines `class x y width height` (the middle, in shares) or `class x0 y0 x1 y1 x2 y2 …` (a
    polygon) of the photo `file`. A class that `names` lacks is called by its number."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        if not _YOLO_LINE.fullmatch(line.strip()):
            raise ValueError("not YOLO")
        number, *values = line.split()
        told = list(map(float, values))
        box = _bounds(_pairs(told))
        if len(told) in (4, 5):  # the fifth: how sure a detector was
            x, y, width, height = told[:4]
            box = x - width / 2, y - height / 2, x + width / 2, y + height / 2
        found.append(Annotation(file, names.get(int(number), number), box, (1.0, 1.0)))
    return found


def read_class_names(text: str, file: str) -> dict[int, str]:
    """The names of YOLO's classes, from data.yaml or a list of them."""
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


def read_split_list(text: str, name: str) -> list[Annotation]:
    """The photos that a list named `name` gives a split: a line each, as Pascal VOC's
    `ImageSets/Main/val.txt` and Food-101's `meta/test.txt` have it, with or without a class's
    number behind. Refused where the name speaks of no split."""
    split = split_of(name)
    lines = [re.sub(r"[\s,]+-?\d+$", "", line.strip()) for line in text.splitlines()]
    if split is None or not any(lines):
        raise ValueError("no list of a split")
    told = "train" if split == "train" else name
    return [Annotation(line, split=told) for line in lines if line]


# --- tables of a file and its label: fastai, Kaggle, Roboflow, Hugging Face -----------------------


def read_table(text: str, usual: bool = False) -> list[Annotation]:
    """The rows of a CSV or TSV with usual column names, of a column of zeros and ones for each
    class, without a header, or unless `usual` of two columns of any names."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter(text)) if any(row)]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    if not rows or len(rows[0]) < 2:
        raise ValueError("no table")
    header = [fold(cell.strip()).replace(" ", "_") for cell in rows[0]]
    if _PHOTO.fullmatch(rows[0][0].strip()):  # no header
        corners = all(re.fullmatch(r"[\d.]*", cell.strip()) for cell in rows[0][1:5])
        header = ["file", "label"]
        if len(rows[0]) == 6 and corners:
            header = ["path", "x1", "y1", "x2", "y2", "class"]
        rows.insert(0, header)
    names = [cell.strip() for cell in rows[0]]
    cells = [dict(zip(header, map(str.strip, row))) for row in rows[1:]]
    named = not all(_PHOTO.fullmatch(row.get(header[0], "")) for row in cells[:20])
    file = _column(header, _FILES, cells) or ("" if usual or named else header[0])
    if not file or not cells:
        raise ValueError("no column of files")
    label = next((name for name in _LABELS if name in header and name != file), "")
    split = next((name for name in _SPLITS if name in header), "")
    on = [(key, name) for key, name in zip(header, names) if key not in (file, split)]
    if not label and len(on) == 1:
        label = on[0][0]
    if not label:
        values = {row.get(key, "").lower() for row in cells for key, _ in on}
        if len(on) < 2 or not values <= _ON | _OFF:
            raise ValueError("no column of files and one of labels")
        return [
            Annotation(row[file], name, split=_split(row.get(split, ""), split))
            for row in cells
            for key, name in on
            if row.get(key, "").lower() in _ON
        ]
    several = _separator(label, [row.get(label, "") for row in cells])
    return [
        Annotation(row.get(file, ""), name, *_box(row), _split(row.get(split, ""), split))
        for row in cells
        for name in (row.get(label, "").split(several) if several else [row.get(label, "")])
        if row.get(file)
    ]


def _column(header: Collection[str], names: Sequence[str], rows: list[dict[str, str]]) -> str:
    """The first of the names that heads a column, one that holds names of photos before others."""
    there = [name for name in names if name in header]
    for name in there:
        if all(_PHOTO.fullmatch(row.get(name, "")) for row in rows[:20]):
            return name
    return there[0] if there else ""


def _separator(label: str, values: list[str]) -> str | None:
    """What lies between the labels of a column that is named for several."""
    if label not in ("labels", "tags", "classes"):
        return None
    signs = [sign for sign in "|;," if any(sign in value for value in values)]
    return signs[0] if signs else " " if label == "tags" else None


def _split(value: str, column: str) -> str:
    """The split that a cell tells: `train`, or a test set's name."""
    if column.startswith("is_"):
        return column[3:] if value.lower() in _ON else "train"
    found = split_of(value) if value else None
    return value if found == "test" else found or ""


def _box(row: dict[str, str]) -> tuple[Corners | None, Size | None]:
    """Corners, and what they are in: shares, or pixels of a photo whose size the table may tell."""
    try:
        size = _known(row.get("width"), row.get("height"))
        if row.get("bbox"):
            return _corners(json.loads(row["bbox"])), size
        for names in _CORNERS:
            if all(row.get(name) for name in names):
                x0, y0, x1, y1 = (float(row[name]) for name in names)
                return (x0, y0, x1, y1), (1.0, 1.0) if max(x0, y0, x1, y1) <= 1 else size
    except (ValueError, TypeError, RecursionError):
        pass
    return None, None
