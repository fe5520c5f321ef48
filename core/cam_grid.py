"""What the CAM grid shows, as plain data for the browser: photos, boxes, and each run's class maps.

Everything that a control of the grid needs is in the payload, so that no control waits for the
server. Maps travel as densities (core.evaluate.cam.density: 1 is what an even spread gives) in
tenths, one byte each, so all runs share one scale.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.dataset import Box, Dataset, Photo, TestSet
from core.data.photos import Crop, centre_square, jpeg_bytes, open_photo
from core.evaluate.cam import density, evidence
from core.evaluate.localise import MIN_BOX_AREA, coverage, share_inside, view_boxes
from core.store.run import ClassMaps, Run

THUMBNAIL = 400  # pixels of a thumbnail's longer side
STEP = 0.1  # a byte of a map counts tenths of an even spread; 25.5 times and more are the same


@dataclass(frozen=True)
class GridRun:
    """A run as a column of the grid. `predictions` are its rows of predictions.csv."""

    id: str
    label: str
    colour: str
    crop: Crop
    maps: ClassMaps
    predictions: pd.DataFrame
    verdict: str | None = None


def grid_run(run: Run, label: str, colour: str) -> GridRun | None:
    """A run with its maps and predictions; None while it has no maps. Raises RunError."""
    maps = run.class_maps()
    if maps is None:
        return None
    verdict = (run.summary() or {}).get("verdict")
    return GridRun(run.id, label, colour, run.recipe().crop, maps, run.predictions(), verdict)


def payload(runs: Sequence[GridRun], dataset: Dataset, set_name: str) -> dict[str, Any]:
    """The grid of one test set. Raises DataError when there is none or a photo is damaged."""
    test_set = dataset.test_set(set_name)
    crops: list[Crop] = list(dict.fromkeys(run.crop for run in runs))
    thumbnails: dict[str, list[str]] = {crop: [] for crop in crops}
    sizes = {}
    for photo in test_set.photos:
        shown, sizes[photo.file] = _thumbnails(photo, crops)
        for crop in crops:
            thumbnails[crop].append(shown[crop])
    grid = {
        "set": set_name,
        "classes": list(dataset.classes),
        "photos": [_photo(photo.file, test_set) for photo in test_set.photos],
        "views": {
            crop: {
                "thumbnails": thumbnails[crop],
                "boxes": [
                    [_box(box) for box in _view_boxes(test_set, photo.file, sizes, crop)]
                    for photo in test_set.photos
                ],
            }
            for crop in crops
        },
        "runs": [_run(run, test_set, dataset.classes, sizes) for run in runs],
        "step": STEP,
    }
    # The browser builds the grid anew only when this changes.
    return {**grid, "stamp": hashlib.sha256(json.dumps(grid).encode()).hexdigest()}


# --- photos and boxes ---------------------------------------------------------------------------


def _thumbnails(photo: Photo, crops: Sequence[Crop]) -> tuple[dict[str, str], tuple[int, int]]:
    """The photo as base64 JPEG per crop, and its size in pixels: whole and at its own aspect for
    `squash` (the map is stretched over it), the centre square for `centre`."""
    with open_photo(photo.path) as image:
        size = image.size
        found = {}
        for crop in crops:
            view = image
            if crop == "centre":
                view = image.resize((THUMBNAIL, THUMBNAIL), box=centre_square(*size))
            else:
                view = image.copy()
                view.thumbnail((THUMBNAIL, THUMBNAIL))
            found[str(crop)] = base64.b64encode(jpeg_bytes(view)).decode("ascii")
    return found, size


def _photo(file: str, test_set: TestSet) -> dict[str, Any]:
    label = test_set.labels.get(file)
    return {
        "file": file,
        "primary": label.primary if label else None,
        "present": list(label.present) if label else None,
    }


def _view_boxes(
    test_set: TestSet, file: str, sizes: dict[str, tuple[int, int]], crop: Crop
) -> list[Box]:
    return list(view_boxes(test_set.boxes.get(file, ()), sizes[file], crop))


def _box(box: Box) -> dict[str, Any]:
    corners = {name: round(float(getattr(box, name)), 4) for name in ("x0", "y0", "x1", "y1")}
    return {"label": box.label, **corners}


# --- a run's column -------------------------------------------------------------------------------


def _run(
    run: GridRun, test_set: TestSet, classes: Sequence[str], sizes: dict[str, tuple[int, int]]
) -> dict[str, Any]:
    column = {
        "id": run.id, "label": run.label, "colour": run.colour, "crop": run.crop,
        "verdict": run.verdict,
    }  # fmt: skip
    files = [photo.file for photo in test_set.photos]
    known = run.maps.files.get(test_set.name, ())
    kept = {file: known.index(file) for file in files if file in known}
    if not kept or tuple(run.maps.classes) != tuple(classes):
        return {**column, "epochs": []}
    raw = np.asarray(run.maps.maps[test_set.name], dtype=np.float32)
    maps = np.zeros((raw.shape[0], len(files), *raw.shape[2:]), dtype=np.float32)
    for place, file in enumerate(files):
        if file in kept:
            maps[:, place] = raw[:, kept[file]]
    tenths = np.clip(np.rint(density(maps) / STEP), 0, 255).astype(np.uint8)
    shares, areas = _shares(evidence(maps), files, classes, test_set, sizes, run.crop)
    return {
        **column,
        "epochs": list(run.maps.epochs),
        "rows": int(maps.shape[-2]),
        "columns": int(maps.shape[-1]),
        "known": [file in kept for file in files],
        "density": base64.b64encode(tenths.tobytes()).decode("ascii"),
        "probabilities": _probabilities(run, kept, files, classes, test_set.name),
        "shares": shares,
        "areas": areas,
    }


def _probabilities(
    run: GridRun, kept: dict[str, int], files: Sequence[str], classes: Sequence[str], name: str
) -> list[list[list[float]]]:
    """Per snapshot, photo and class, each snapshot's own; the last one's are the run's predictions
    where they are written. kept: a photo's place in the snapshots; of others nothing is known."""
    unknown = [1 / len(classes)] * len(classes)
    found = [
        [of_epoch[kept[file]].tolist() if file in kept else unknown for file in files]
        for of_epoch in np.exp(run.maps.log_probs[name])
    ]
    rows = run.predictions
    if len(rows):
        rows = rows[(rows["kind"] == "plain") & (rows["split"] == name)]
        columns = [f"p_{label}" for label in classes]
        final = dict(zip(rows["file"], rows[columns].to_numpy(float).tolist(), strict=True))
        found[-1] = [final.get(file, own) for file, own in zip(files, found[-1], strict=True)]
    return [[[round(p, 4) for p in photo] for photo in snapshot] for snapshot in found]


def _shares(
    found: NDArray[np.float32],
    files: Sequence[str],
    classes: Sequence[str],
    test_set: TestSet,
    sizes: dict[str, tuple[int, int]],
    crop: Crop,
) -> tuple[list[list[list[float | None]]], list[list[float | None]]]:
    """The share of each class's evidence in the boxes of its objects, per snapshot, photo and
    class, and the share of the photo that those boxes cover. None where the class has no box that
    counts (by core.evaluate.localise's rules)."""
    shares: list[list[list[float | None]]] = [
        [[None] * len(classes) for _ in files] for _ in range(found.shape[0])
    ]
    areas: list[list[float | None]] = [[None] * len(classes) for _ in files]
    for place, file in enumerate(files):
        label = test_set.labels.get(file)
        big = [
            box
            for box in _view_boxes(test_set, file, sizes, crop)
            if box.area >= MIN_BOX_AREA and (label is None or box.label in label.present)
        ]
        for number, name in enumerate(classes):
            boxes = [box for box in big if box.label == name]
            if not boxes:
                continue
            covered = coverage(boxes, *found.shape[-2:])
            areas[place][number] = round(float(covered.mean()), 4)
            for snapshot in range(found.shape[0]):
                share = share_inside(found[snapshot, place, number], covered)
                shares[snapshot][place][number] = round(share, 4)
    return shares, areas
