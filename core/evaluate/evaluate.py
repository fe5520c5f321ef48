"""What a trained network answers, and the numbers that tables show of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.data.dataset import TestSet
from core.data.photos import photo_size
from core.evaluate.cam import Array
from core.evaluate.localise import localisation_summary, localise
from core.evaluate.predict import PhotoSet, Predictions, predict, prediction_rows
from core.evaluate.scores import accuracy, set_scores
from core.train.setup import Setup


def evaluate(
    setup: Setup, known: Mapping[str, Predictions]
) -> tuple[pd.DataFrame, dict[str, Any], dict[str, Any]]:
    """Rows of predictions.csv, the validation photos' accuracy, and the results of each test set.

    known: predictions of test sets by name that were made already with the same weights.
    """
    classes = setup.dataset.classes

    def answer(photos: PhotoSet) -> Predictions:
        return predict(setup.network, photos, setup.recipe.backbone, setup.start)

    validation = prediction_rows(setup.validation, answer(setup.validation), classes)
    tables, results = [validation], {}
    for test_set, photos in zip(setup.dataset.test_sets, setup.test_photos, strict=True):
        found = known[photos.split] if photos.split in known else answer(photos)
        rows = prediction_rows(photos, found, classes)
        objects = setup.objects(test_set)
        object_rows = rows.iloc[:0]
        if objects is not None:
            object_rows = prediction_rows(objects, answer(objects), classes)
            tables += [rows, object_rows]
        else:
            tables.append(rows)
        results[test_set.name] = {
            "photos": len(photos),
            "scores": set_scores(rows, object_rows, classes),
            "localisation": localisation(setup, test_set, found.maps),
        }
    correct = accuracy(list(validation["predicted"]), list(validation["primary"]))
    return pd.concat(tables, ignore_index=True), vars(correct), results


def localisation(setup: Setup, test_set: TestSet, maps: Array) -> dict[str, Any] | None:
    """Where the evidence of raw class maps (photos, classes, rows, columns) of a whole test set
    lies; None where it has no box that counts."""
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    located = localise(maps, list(sizes), setup.dataset.classes, test_set, sizes, setup.recipe.crop)
    return localisation_summary(located)
