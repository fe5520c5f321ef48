"""What the CAM grid shows, for the browser: photos, boxes, and each column's class maps.

A column is a run, or the mean over a group of repeats. Everything that a control of the grid needs
is sent once, so that no control waits for the server. Maps travel as one byte per cell: densities
(core.evaluate.localisation.density: 1 is what an even spread gives) in tenths, and raw values in
parts of a large one. The numbers in and above the cells are those of core.evaluate.localisation.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.dataset import Dataset, TestSet
from core.data.photos import Crop, jpeg_bytes, photo_size
from core.evaluate.localisation import density, localisation_summary, localise_snapshots, view_boxes
from core.store.run import ClassMaps, Run
from core.views import heat_map

THUMBNAIL = 320  # pixels of a photo's longer side, as it is sent
QUALITY = 76  # of its JPEG: most of what a new grid waits for are these bytes
DENSITY_STEP = 0.1  # even spreads that a density's byte counts; 25.5 and more are the same
RAW_STEPS = 127  # a byte of a raw map counts 127ths of a value that RAW_QUANTILE stay below
RAW_QUANTILE = 0.998  # a few cells must not make all others pale
LOCALISATION_KEYS = ("objects", "share", "area", "lift")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class CamColumn:
    """The maps of one test set that stand in a column, by (snapshot, photo, class, ...).

    classes: the run's own, in its order. epochs, progress: of each snapshot, the epoch and its
    share of the planned training. known: whether the run kept maps of a photo. density: uint8
    tenths; raw: float16. probabilities: the answers' probabilities; votes: how many members answer
    so. shares: of the class's evidence, what lies in the boxes of its objects, and areas: what
    share of the photo those cover; both nan where the class has no box that counts. located: of
    each snapshot, the LOCALISATION_KEYS part of core.evaluate.localisation.localisation_summary, {}
    without boxes."""

    crop: Crop
    classes: tuple[str, ...]
    epochs: tuple[int, ...]
    progress: tuple[float, ...]
    has_maps: NDArray[np.bool_]
    density: NDArray[np.uint8]
    raw: NDArray[np.float16]
    probabilities: Floats
    votes: NDArray[np.int64]
    shares: Floats
    areas: Floats
    localisation: tuple[dict[str, float], ...]
    members: int = 1


@dataclass(frozen=True)
class TitledColumn:
    """A column with its head. id: the run's (of a group, its first one's). column: None where the
    run has no maps of this test set. verdict: in words, and the name of their colour. dot_html: of
    core.base.palette.swatch."""

    id: str
    label: str
    swatch: dict[str, str]
    column: CamColumn | None
    verdict: tuple[str, str] | None = None


@dataclass(frozen=True)
class Grid:
    """facts: plain data, as JSON takes it. thumbnails: JPEGs, a column per crop, a row per photo.
    maps: `density` and `raw`, bytes (snapshot, photo, class, row, column), a row per column."""

    metadata: dict[str, Any]
    thumbnails: pd.DataFrame
    maps: pd.DataFrame


# --- columns --------------------------------------------------------------------------------------


def run_column(run: Run, test_set: TestSet) -> CamColumn | None:
    """A run's column; None while it has no maps of the set. Raises RunError, and DataError when a
    photo is damaged."""
    saved = run.class_maps()
    if saved is None or not saved.files.get(test_set.name):
        return None
    files = [photo.file for photo in test_set.photos]
    places = {file: place for place, file in enumerate(saved.files[test_set.name])}
    known = np.array([file in places for file in files], dtype=bool)
    order = [places.get(file, 0) for file in files]
    maps = np.where(known[:, None, None, None], saved.maps[test_set.name][:, order], 0)
    recipe = run.recipe()
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    frames = localise_snapshots(maps, files, saved.classes, test_set, sizes, recipe.crop)
    frames = [frame[frame["file"].isin(list(places))] for frame in frames]
    chances = _probabilities(saved, order, known, files, run.predictions(), test_set.name)
    shares = np.full(chances.shape, np.nan, dtype=np.float32)
    areas = np.full(chances.shape[1:], np.nan, dtype=np.float32)
    for snapshot, frame in enumerate(frames):
        photo = pd.Index(files).get_indexer(frame["file"])
        label = pd.Index(saved.classes).get_indexer(frame["label"])
        shares[snapshot, photo, label], areas[photo, label] = frame["share"], frame["area"]
    found = [localisation_summary(frame) or {} for frame in frames]
    planned = recipe.planned_epochs()
    return CamColumn(
        crop=recipe.crop,
        classes=saved.classes,
        epochs=saved.epochs,
        progress=tuple(round(epoch / planned, 3) for epoch in saved.epochs),
        has_maps=known,
        density=np.clip(np.rint(density(maps) / DENSITY_STEP), 0, 255).astype(np.uint8),
        raw=maps.astype(np.float16),
        probabilities=chances,
        votes=(chances == chances.max(axis=-1, keepdims=True)).astype(int),
        shares=shares,
        areas=areas,
        localisation=tuple({k: one[k] for k in LOCALISATION_KEYS if k in one} for one in found),
    )


def mean_column(columns: Sequence[CamColumn]) -> CamColumn:
    """The mean over repeats of one recipe, of those that got as far as the one that got furthest.
    columns: at least one."""
    whole = max(columns, key=lambda one: len(one.epochs))
    alike = [one for one in columns if (one.epochs, one.classes) == (whole.epochs, whole.classes)]

    def mean(name: str) -> Any:
        return np.stack([getattr(one, name) for one in alike]).mean(axis=0)

    return replace(
        whole,
        has_maps=np.logical_and.reduce([one.has_maps for one in alike]),
        density=np.rint(mean("density")).astype(np.uint8),
        raw=mean("raw").astype(np.float16),
        probabilities=mean("probabilities"),
        votes=np.stack([one.votes for one in alike]).sum(axis=0),
        shares=mean("shares"),
        localisation=tuple(
            {name: float(np.mean([one[name] for one in found])) for name in found[0]}
            for found in zip(*(one.localisation for one in alike), strict=True)
        ),
        members=len(alike),
    )


def _probabilities(
    saved: ClassMaps,
    order: list[int],
    has_maps: NDArray[np.bool_],
    files: Sequence[str],
    predictions: pd.DataFrame,
    set_name: str,
) -> Floats:
    """(snapshots, photos, classes): each snapshot's own answers; the last one's are the run's
    predictions where they are written. Of a photo that the run does not know, all alike."""
    found = np.exp(saved.log_probs[set_name].astype(np.float32))[:, order]
    found[:, ~has_maps] = 1 / len(saved.classes)
    if len(predictions):
        rows = predictions[(predictions["kind"] == "plain") & (predictions["split"] == set_name)]
        names = [f"p_{name}" for name in saved.classes]
        final = dict(zip(rows["file"], rows[names].to_numpy(np.float32), strict=True))
        for place, file in enumerate(files):
            if file in final and has_maps[place]:
                found[-1, place] = final[file]
    return found


# --- the grid -------------------------------------------------------------------------------------


def thumbnails(test_set: TestSet, crop: Crop) -> list[bytes]:
    """The set's photos as the network sees them, as JPEG: whole and at their own aspect for
    `squash` (a map is stretched over it), the centre square for `centre`. Raises DataError naming
    a damaged photo."""
    return [
        jpeg_bytes(heat_map.display_view(photo.path, crop, THUMBNAIL), QUALITY)
        for photo in test_set.photos
    ]


def build_grid(
    titled_columns: Sequence[TitledColumn],
    dataset: Dataset,
    test_set: TestSet,
    thumbnails_by_crop: dict[Crop, list[bytes]],
) -> Grid:
    """The grid of one test set. thumbnails_by_crop: `thumbnails` for each crop among the
    columns."""
    columns = [one.column for one in titled_columns if one.column]
    classes = list(dict.fromkeys([*dataset.classes, *(c for one in columns for c in one.classes)]))
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    largest = max((float(np.quantile(np.abs(one.raw), RAW_QUANTILE)) for one in columns), default=0)
    largest = largest or 1.0
    facts = {
        "set": test_set.name,
        "classes": classes,
        "photos": [_photo(photo.file, test_set) for photo in test_set.photos],
        "views": {crop: _view(test_set, sizes, crop) for crop in thumbnails_by_crop},
        "runs": [_column_data(one) for one in titled_columns],
        "step": DENSITY_STEP,
        "top": heat_map.MAX_DENSITY,
        "rawTop": round(largest, 3),
        "colours": heat_map.COLOUR_MAP.astype(int).tolist(),
    }
    kept = [one.column for one in titled_columns]
    densities = [column.density.tobytes() if column else b"" for column in kept]
    raws = [_raw_bytes(column, largest) for column in kept]
    maps = pd.DataFrame({"density": densities, "raw": raws})
    frame = pd.DataFrame({str(crop): shown for crop, shown in thumbnails_by_crop.items()})
    # The browser builds the grid anew only when the stamp changes.
    stamp = hashlib.sha256(json.dumps(facts).encode())
    for blob in (*densities, *raws, *(jpeg for of in thumbnails_by_crop.values() for jpeg in of)):
        stamp.update(blob)
    return Grid({**facts, "stamp": stamp.hexdigest()}, frame, maps)


def _photo(file: str, test_set: TestSet) -> dict[str, Any]:
    label = test_set.labels.get(file)
    return {
        "file": file,
        "primary": label.primary if label else None,
        "present": list(label.present) if label else None,
    }


def _view(test_set: TestSet, sizes: dict[str, tuple[int, int]], crop: Crop) -> dict[str, Any]:
    """Of each photo in this crop: width / height, and its boxes as shares of it."""
    files = [photo.file for photo in test_set.photos]
    return {
        "ratios": [
            1 if crop == "centre" else round(sizes[file][0] / sizes[file][1], 4) for file in files
        ],
        "boxes": [
            [
                {"label": box.label}
                | {name: round(float(getattr(box, name)), 4) for name in ("x0", "y0", "x1", "y1")}
                for box in view_boxes(test_set.boxes.get(file, ()), sizes[file], crop)
            ]
            for file in files
        ],
    }


def _column_data(titled: TitledColumn) -> dict[str, Any]:
    head = {"id": titled.id, "label": titled.label, "dot": titled.swatch, "verdict": titled.verdict}
    column = titled.column
    if column is None:
        return {**head, "members": 1, "epochs": [], "progress": []}
    return {
        **head,
        "members": column.members,
        "crop": column.crop,
        "classes": list(column.classes),
        "epochs": list(column.epochs),
        "progress": list(column.progress),
        "rows": int(column.density.shape[-2]),
        "columns": int(column.density.shape[-1]),
        "known": column.has_maps.tolist(),
        "chances": _rounded_lists(column.probabilities),
        "votes": column.votes.tolist() if column.members > 1 else None,
        "shares": _rounded_lists(column.shares),
        "areas": _rounded_lists(column.areas),
        "located": [
            {name: round(value, 4) for name, value in found.items()}
            for found in column.localisation
        ],
    }


def _rounded_lists(values: Floats) -> list[Any]:
    """Nested lists of four decimals, None for nan."""
    rounded = np.round(values.astype(float), 4).astype(object)
    rounded[np.isnan(values)] = None
    return list(rounded.tolist())


def _raw_bytes(column: CamColumn | None, largest: float) -> bytes:
    if column is None:
        return b""
    scaled = np.rint(column.raw.astype(np.float32) * (RAW_STEPS / largest))
    return np.clip(scaled, -RAW_STEPS, RAW_STEPS).astype(np.int8).tobytes()
