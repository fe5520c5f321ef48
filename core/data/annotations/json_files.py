"""COCO (also of Roboflow), LabelMe, and the `metadata.jsonl` of Hugging Face's image folders."""

import json
from itertools import accumulate
from typing import Any

from core.data.annotations.annotation import Annotation, Corners, bounds


def read_json(text: str) -> tuple[str, list[Annotation]]:
    """COCO or LabelMe: the format's name, and what it says. Raises ValueError."""
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
    and `category`. Raises ValueError."""
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
        size = (float(photo.get("width") or 0), float(photo.get("height") or 0))
        box = _corners(each["bbox"]) if each.get("bbox") else _outline(each.get("segmentation"))
        label = names[each["category_id"]]
        found.append(Annotation(str(photo["file_name"]), label, box, size if all(size) else None))
    return found


def _corners(box: Any) -> Corners:
    x, y, width, height = map(float, box)
    return x, y, x + width, y + height


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
    return bounds(point for part in flat for point in zip(part[::2], part[1::2]))


def _labelme(data: dict[str, Any]) -> list[Annotation]:
    width, height = data.get("imageWidth"), data.get("imageHeight")
    size = (float(width), float(height)) if width and height else None
    found = []
    for shape in data["shapes"]:
        points = [(float(x), float(y)) for x, y in shape["points"]]
        box = bounds(points)
        if shape.get("shape_type") == "circle":  # its middle and a point on it
            (x, y), (x1, y1) = points
            radius = ((x1 - x) ** 2 + (y1 - y) ** 2) ** 0.5
            box = x - radius, y - radius, x + radius, y + radius
        found.append(Annotation(str(data["imagePath"]), str(shape["label"]), box, size))
    flags = data.get("flags") or {}
    return found + [
        Annotation(str(data["imagePath"]), flag) for flag in flags if flags[flag] is True
    ]
