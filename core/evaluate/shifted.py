"""Shifted validation: what a network answers to its validation photos as somebody else might have
taken them (core.evaluate.shifted_views).

Validation accuracy stands at 1.00 for good and bad recipes alike; accuracy on shifted views does
not (compare "Crafting Distribution Shifts for Validation and Training in Single Source Domain
Generalization", arXiv 2409.19774). It speaks for the use that was stated (core.data.expected_use),
and synthetic shifts say little of others (Taori et al. 2020, arXiv 2007.00644): docs/evidence.md.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import Dataset
from core.data.expected_use import (
    FAMILY_TITLES,
    GEOMETRY,
    LIGHT,
    OTHER,
    OWN,
    expected_use,
    read_stated_use,
)
from core.data.fingerprints import file_digest
from core.data.masking import ObjectMasking
from core.data.photos import Crop, Pixels, read_view
from core.evaluate.derived_predictions import DerivedPredictor
from core.evaluate.localisation import find_scene
from core.evaluate.scores import answers_by_photo, mean_interval, mean_over_families, wilson
from core.evaluate.shifted_views import (
    CONTRAST,
    DEGREES,
    SCALES,
    VERSION,
    VIEWS,
    Strength,
    before_background,
    choose_backgrounds,
    geometry_views,
    light_views,
)
from core.model.network import Network
from core.pipeline.predict import PhotoSet, answer_columns, plain_pixels
from core.pipeline.setup import Setup
from core.pipeline.views import to_tensor
from core.recipe.schema import Augment


def shifted_validation(setup: Setup, network: Network) -> tuple[dict[str, Any], pd.DataFrame]:
    """The numbers (`shifted_scores`), and shifted.csv: a row per validation photo and view, with
    family, file, view, primary, predicted, p_<class>."""
    validation, dataset = setup.validation, setup.dataset
    stated = read_stated_use(dataset.root)
    use = expected_use(stated)
    strength = Strength(use["turned"], use["distance"])
    ordered = list(file_digests(dataset, validation.files).values())
    predictor = DerivedPredictor(setup, network)
    pixels = validation.pixels
    makers = {
        GEOMETRY: lambda: geometry_views(pixels, ordered, strength),
        LIGHT: lambda: light_views(pixels, ordered),
    }
    tables = []
    for family, make in makers.items():
        asked = [(file, view) for file in validation.files for view in range(VIEWS)]
        key = f"{ordered} {VERSION} {strength if family == GEOMETRY else ''}"
        found = predictor.probabilities(
            f"validation/{family}", [f"{file}~{view}" for file, view in asked], key, make
        )
        tables.append(_table(family, asked, found, validation, dataset.classes))
    tables += _context_tables(setup, predictor)
    frame = pd.concat(tables, ignore_index=True)
    augment = setup.recipe.augment
    trained = [GEOMETRY] if trains_on_geometry(augment, strength) else []
    trained += [LIGHT] if (augment.lighting or 0) > CONTRAST / 2 else []
    counted = [GEOMETRY] if strength != Strength("same", "same") else []
    counted += [LIGHT] if use["light"] == "other" else []
    has_boxes = OTHER in set(frame["family"])
    counted += [OTHER] if use["background"] == "other" and has_boxes else []
    scores = shifted_scores(frame, dataset.classes, counted, trained)
    return {"use": use, "stated": sorted(stated), **scores}, frame


def trains_on_geometry(augment: Augment, strength: Strength) -> bool:
    """Whether a recipe's own augmentation covers more than half of the turns and of the (log)
    distances that are asked about."""
    asked_degrees, (low, high) = DEGREES[strength.turned], SCALES[strength.distance]
    rotate, zoom = augment.rotate, augment.zoom
    turns = not asked_degrees or (rotate is not None and rotate.degrees > asked_degrees / 2)
    if low == high:
        return turns
    covered = 0.0
    if zoom is not None:
        covered = math.log(min(high, zoom.range[1]) / max(low, zoom.range[0]))
    return turns and covered > math.log(high / low) / 2


def shifted_scores(
    frame: pd.DataFrame, classes: Sequence[str], counted: Sequence[str], trained: Sequence[str]
) -> dict[str, Any]:
    """The numbers of shifted.csv.

    families: by name `accuracy` (balanced over classes) and `loss` (each answer's at most
    MAX_LOSS), with intervals over photos, not views. total: over the families `counted`; untrained:
    over those of them that the recipe does not train on; each None without one. background: by how
    much accuracy before other backgrounds is lower than before those of the own class, paired by
    photo; None without boxes. constant: what one answer for all gets."""
    photos = answers_by_photo(frame)
    families = {name: _score(photos.loc[name]) for name in FAMILY_TITLES if name in photos.index}
    untrained = [name for name in counted if name not in trained]
    background = None
    if OWN in families and OTHER in families:
        falls = (photos.loc[OWN, "right"] - photos.loc[OTHER, "right"]).dropna()
        background = mean_interval(falls.to_numpy(np.float64))
    return {
        "views": VIEWS,
        "photos": int(frame["file"].nunique()),
        "constant": 1 / max(1, frame["primary"].nunique()),
        "families": families,
        "counted": list(counted),
        "trained": [name for name in counted if name in trained],
        "total": _total(photos, counted),
        "untrained": _total(photos, untrained),
        "background": background,
    }


def _total(photos: pd.DataFrame, families: Sequence[str]) -> dict[str, Any] | None:
    """Each photo's mean over the families, scored as one."""
    return _score(mean_over_families(photos, families)) if families else None


def _score(photos: pd.DataFrame) -> dict[str, Any]:
    """accuracy: the mean over classes, as in core.evaluate.scores.Score, with Wilson's interval for
    as many answers as there are photos, since a photo's views are not independent. loss: the mean
    over photos."""
    value = float(photos.groupby("primary")["right"].mean().mean())
    low, high = wilson(value * len(photos), len(photos))
    accuracy = {"value": value, "low": low, "high": high, "total": len(photos)}
    accuracy |= {"constant": 1 / photos["primary"].nunique()}
    return {"accuracy": accuracy, "loss": mean_interval(photos["loss"].to_numpy(np.float64))}


def _context_tables(setup: Setup, predictor: DerivedPredictor) -> list[pd.DataFrame]:
    """Answers before other photos' backgrounds; none where no validation photo has a box."""
    validation, dataset = setup.validation, setup.dataset
    boxed = [photo.file for photo in dataset.train if photo.file in dataset.train_boxes]
    if not set(boxed) & set(validation.files):
        return []
    scenes = find_scenes(dataset, setup.recipe.crop)
    everything = setup.training_photos()
    pixels = everything.pixels.permute(0, 2, 3, 1).numpy()
    shown = dict(zip(everything.files, pixels, strict=True))
    labels = dict(zip(everything.files, everything.primary, strict=True))
    digests = file_digests(dataset, list(scenes))
    fingerprint = f"{digests} {[dataset.train_boxes[file] for file in scenes]} {VERSION}"

    def pictures(pairs: Sequence[tuple[str, str]]) -> Tensor:
        """Of files (whose object, whose background): uint8 (pairs, 3, size, size)."""
        seen = (
            before_background(shown[file], scenes[file], shown[other], scenes[other])
            for file, other in pairs
        )
        return torch.stack(list(map(to_tensor, seen)))

    tables = []
    for family in (OWN, OTHER):
        chosen = {
            file: choose_backgrounds(file, family == OWN, scenes, labels, digests)
            for file in validation.files
            if file in scenes
        }
        pairs = [(file, other) for file, others in chosen.items() for other in others]
        if pairs:
            names, make = [f"{file}~{other}" for file, other in pairs], partial(pictures, pairs)
            found = predictor.probabilities(f"validation/{family}", names, fingerprint, make)
            asked = [(file, n) for file, others in chosen.items() for n in range(len(others))]
            tables.append(_table(family, asked, found, validation, dataset.classes))
    return tables


def find_scenes(dataset: Dataset, crop: Crop) -> dict[str, ObjectMasking]:
    """The boxed objects of training photos, by file, where a photo has any."""
    held = dataset.held_out([p.file for p in dataset.train if p.file in dataset.train_boxes])
    found = {photo.file: find_scene(held, photo, dataset.classes, crop) for photo in held.photos}
    return {file: scene for file, scene in found.items() if scene is not None}


def file_digests(dataset: Dataset, files: Sequence[str]) -> dict[str, str]:
    """SHA-256 of training photos' files. Raises DataError when one cannot be read."""
    paths = {photo.file: photo.path for photo in dataset.train}
    return {file: file_digest(paths[file]).hex() for file in files}


def _table(
    family: str,
    asked: Sequence[tuple[str, int]],
    found: NDArray[np.float32],
    photos: PhotoSet,
    classes: Sequence[str],
) -> pd.DataFrame:
    labels = dict(zip(photos.files, photos.primary, strict=True))
    files, views = zip(*asked, strict=True)
    columns = {"family": family, "file": files, "view": views}
    columns |= {"primary": [labels[file] for file in files]}
    return pd.DataFrame(columns | answer_columns(found, classes))


def shifted_pictures(
    dataset: Dataset,
    size: int,
    crop: Crop,
    strength: Strength,
    asked: Iterable[tuple[str, str, int]],
) -> list[Pixels]:
    """Views of training photos, (size, size, 3) each. asked: of each family, file, and the view's
    number as shifted.csv has them. Raises DataError where there is no such view, or a photo cannot
    be read."""
    photos = {photo.file: photo for photo in dataset.train}
    classes = dict(zip(photos, dataset.train_classes, strict=True))

    @cache  # of all photos: once, and only where a background is asked for
    def scenes_and_digests() -> tuple[dict[str, ObjectMasking], dict[str, str]]:
        scenes = find_scenes(dataset, crop)
        return scenes, file_digests(dataset, list(scenes))

    def picture(family: str, file: str, number: int) -> Pixels:
        missing = N_("train/{file}: no view {number}").format(file=file, number=number)
        if file not in photos or not 0 <= number < VIEWS:
            raise DataError(missing)
        if family in (GEOMETRY, LIGHT):
            pixels = plain_pixels([photos[file]], size, crop)
            digest = [*file_digests(dataset, [file]).values()]
            if family == GEOMETRY:
                views = geometry_views(pixels, digest, strength)
            else:
                views = light_views(pixels, digest)
            shifted: Pixels = views[number].permute(1, 2, 0).numpy()
            return shifted
        scenes, digests = scenes_and_digests()
        others = []
        if file in scenes:
            others = choose_backgrounds(file, family == OWN, scenes, classes, digests)
        if number >= len(others):
            raise DataError(missing)
        other = others[number]
        shown = [read_view(photos[name].path, size, crop) for name in (file, other)]
        return before_background(shown[0], scenes[file], shown[1], scenes[other])

    return [picture(*one) for one in asked]
