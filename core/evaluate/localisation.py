"""Class activation maps: what in a raw class map is evidence, how much of it lies in the boxes of
the class's objects, and on which photos these can be blanked. Free of torch.

The class-map head gives one map of logits per class in the forward pass that also predicts (Zhou
et al. 2016, "Learning Deep Features for Discriminative Localization"); with the dense head a map is
Grad-CAM (core.model.heads.grad_cam). Both are raw: signed, and on one scale.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.dataset import BACKGROUND, Photo, TestSet
from core.data.label_tables import Box
from core.data.masking import ObjectMasking
from core.data.photos import Crop, centre_square, photo_size
from core.evaluate.scores import proportion

Array = NDArray[np.floating]


def evidence(maps: Array) -> NDArray[np.float32]:
    """What speaks for each class and not for all: ReLU(map_c - mean over classes).

    maps: (..., classes, rows, columns) raw. A map added to every class changes no
    prediction, so it must not count. Same shape, values >= 0."""
    raw = np.asarray(maps, dtype=np.float32)
    return np.maximum(raw - raw.mean(axis=-3, keepdims=True), 0)


def density(maps: Array) -> NDArray[np.float32]:
    """Evidence as a share per cell, times the number of cells: 1 is what an even spread gives.

    So maps of different runs, classes and strides are on one scale. A map without evidence is 0
    everywhere. Same shape as `maps`."""
    found = evidence(maps)
    total = found.sum(axis=(-2, -1), keepdims=True)
    cells = found.shape[-2] * found.shape[-1]
    return np.divide(found * cells, total, out=np.zeros_like(found), where=total > 0)


MIN_BOX_AREA = 0.02  # smaller boxes than 2% of the view fall between the cells of a map


def view_box(box: Box, photo_size: tuple[int, int], crop: Crop) -> Box | None:
    """The box in the square the network sees, as fractions of it; None when it lies outside.

    photo_size: width and height in pixels. `squash` keeps fractions as they are."""
    if crop == "squash":
        return box
    width, height = photo_size
    left, top, right, bottom = centre_square(width, height)
    side_x, side_y = right - left, bottom - top
    x0, x1 = ((box.x0 * width - left) / side_x, (box.x1 * width - left) / side_x)
    y0, y1 = ((box.y0 * height - top) / side_y, (box.y1 * height - top) / side_y)
    x0, x1, y0, y1 = (min(max(value, 0.0), 1.0) for value in (x0, x1, y0, y1))
    return Box(box.label, x0, y0, x1, y1, box.visible) if x0 < x1 and y0 < y1 else None


def view_boxes(boxes: Sequence[Box], photo_size: tuple[int, int], crop: Crop) -> tuple[Box, ...]:
    """The boxes that lie in the square the network sees, as fractions of it (see view_box)."""
    return tuple(seen for box in boxes if (seen := view_box(box, photo_size, crop)))


def coverage(boxes: Sequence[Box], rows: int, columns: int) -> NDArray[np.float64]:
    """The share of each map cell that the boxes cover together, 0..1: (rows, columns)."""
    fine = 16  # each cell is sampled on a 16x16 lattice, so overlapping boxes count once
    inside = np.zeros((rows * fine, columns * fine), dtype=bool)
    y = (np.arange(rows * fine) + 0.5) / (rows * fine)
    x = (np.arange(columns * fine) + 0.5) / (columns * fine)
    for box in boxes:
        inside |= ((y >= box.y0) & (y < box.y1))[:, None] & ((x >= box.x0) & (x < box.x1))
    return inside.reshape(rows, fine, columns, fine).mean(axis=(1, 3))


def share_inside(class_evidence: Array, covered: NDArray[np.float64]) -> float:
    """The share of one class's evidence that lies in the covered cells, 0..1; a map without
    evidence counts as 0."""
    total = float(class_evidence.sum())
    return float((class_evidence * covered).sum()) / total if total > 0 else 0.0


def pointing_hit(class_evidence: Array, boxes: Sequence[Box]) -> bool:
    """The pointing game (Zhang et al. 2016): is the centre of the strongest cell in a box?"""
    if not class_evidence.any():
        return False
    rows, columns = class_evidence.shape
    row, column = divmod(int(class_evidence.argmax()), columns)
    x, y = (column + 0.5) / columns, (row + 0.5) / rows
    return any(b.x0 <= x < b.x1 and b.y0 <= y < b.y1 for b in boxes)


def localise(
    maps: Array,
    files: Sequence[str],
    classes: Sequence[str],
    test_set: TestSet,
    sizes: Mapping[str, tuple[int, int]],
    crop: Crop,
) -> pd.DataFrame:
    """A row per photo and present class with a box: file, label, share, area, hit.

    maps: (photos, classes, rows, columns) raw. sizes: width and height by file. Where a photo
    lists its present classes, only those count; boxes under 2% of the view are left out."""
    return localise_snapshots(maps[None], files, classes, test_set, sizes, crop)[0]


def localise_snapshots(
    maps: Array,
    files: Sequence[str],
    classes: Sequence[str],
    test_set: TestSet,
    sizes: Mapping[str, tuple[int, int]],
    crop: Crop,
) -> list[pd.DataFrame]:
    """`localise` for several moments of a training. maps: (snapshots, photos, classes, rows,
    columns) raw."""
    found = evidence(maps)
    rows: list[list[tuple[str, str, float, float, bool]]] = [[] for _ in found]
    for index, file in enumerate(files):
        seen = view_boxes(test_set.boxes.get(file, ()), sizes[file], crop)
        of_photo = [box for box in seen if box.area >= MIN_BOX_AREA]
        label = test_set.labels.get(file)
        for number, name in enumerate(classes):
            boxes = [box for box in of_photo if box.label == name]
            if not boxes or (label is not None and name not in label.present):
                continue
            covered = coverage(boxes, *found.shape[-2:])
            area = float(covered.mean())
            for snapshot, maps_then in enumerate(found):
                of_class = maps_then[index, number]
                share, hit = share_inside(of_class, covered), pointing_hit(of_class, boxes)
                rows[snapshot].append((file, name, share, area, hit))
    columns = ["file", "label", "share", "area", "hit"]
    return [pd.DataFrame(of_snapshot, columns=columns) for of_snapshot in rows]


def localisation_summary(found: pd.DataFrame) -> dict[str, Any] | None:
    """Means over the rows of `localise`: share, area, lift (sum of shares / sum of areas; 1 is
    what evidence strewn evenly gives) and pointing hits with Wilson's interval. None without rows.
    """
    if found.empty:
        return None
    area = float(found["area"].mean())
    return {
        "objects": len(found),
        "share": float(found["share"].mean()),
        "area": area,
        "lift": float(found["share"].sum() / found["area"].sum()),
        "pointing": (proportion(list(found["hit"])) or {}) | {"constant": area},
    }


def find_scene(
    test_set: TestSet, photo: Photo, classes: Sequence[str], crop: Crop
) -> ObjectMasking | None:
    """What is blanked in a photo, in fractions of the view; None where that would tell nothing.

    Every box of a class is blanked, however little of the object shows. A photo counts when it is
    labelled, at least one present class has a box of 2% of the view, and no present class lacks
    a box (it would stay in the picture). Objects of no class belong to the background, and stay."""
    boxes, label = test_set.boxes.get(photo.file, ()), test_set.labels.get(photo.file)
    if label is None or not boxes:
        return None
    shown = set(label.present) - {BACKGROUND}
    if not shown <= {box.label for box in boxes}:
        return None
    seen = view_boxes(boxes, photo_size(photo.path), crop)
    if not any(box.label in shown and box.area >= MIN_BOX_AREA for box in seen):
        return None
    things = set(classes) - {BACKGROUND}
    return ObjectMasking(
        name=f"{test_set.name}/{photo.file}",
        objects=tuple(box for box in seen if box.label in things),
        unknown_objects=tuple(box for box in seen if box.label not in things),
    )
