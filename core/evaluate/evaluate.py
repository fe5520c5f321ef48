"""What a trained network answers, and the numbers that tables show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.data.dataset import TestSet
from core.data.photos import photo_size
from core.evaluate.cam import Array
from core.evaluate.consistency import consistency
from core.evaluate.derived import DerivedPredictor
from core.evaluate.localise import localisation_summary, localise
from core.evaluate.predict import PhotoSet, Predictions, predict, prediction_rows
from core.evaluate.scores import accuracy, set_scores
from core.evaluate.tta import tta_predictions
from core.train.setup import Setup


@dataclass(frozen=True)
class Evaluation:
    """Everything that a network answered.

    rows: predictions.csv. validation: the plain accuracy's score. sets: per test set `photos`,
    `scores` (plain), `tta` (the same of the mean over views) and `localisation`. plain: the plain
    predictions by split. consistency: its numbers by split.
    """

    rows: pd.DataFrame
    validation: dict[str, Any]
    sets: dict[str, dict[str, Any]]
    plain: dict[str, Predictions]
    consistency: dict[str, Any]


def evaluate(setup: Setup, known: Mapping[str, Predictions]) -> Evaluation:
    """Asks the setup's network about every photo and object, plain and with test-time
    augmentation. known: plain predictions by split that were made already with the same weights."""
    classes, prints = setup.dataset.classes, setup.fingerprints
    predictor = DerivedPredictor(setup, setup.network)
    plain: dict[str, Predictions] = {}
    agreement: dict[str, Any] = {}

    def ask(photos: PhotoSet, fingerprint: str) -> dict[str, pd.DataFrame]:
        name = photos.split
        plain[name] = known.get(name) or predict(
            setup.network, photos, setup.recipe.backbone, setup.start
        )
        mean, views = tta_predictions(predictor, photos, plain[name], fingerprint)
        agreement[name] = consistency(views)
        return {
            kind: prediction_rows(photos, found, classes, kind)
            for kind, found in (("plain", plain[name]), ("tta", mean))
        }

    validation = ask(setup.validation, prints["train"])
    tables, sets = [*validation.values()], {}
    for test_set, photos in zip(setup.dataset.test_sets, setup.test_photos, strict=True):
        of_set = prints["test_sets"][test_set.name]
        rows = ask(photos, of_set["photos"])
        objects = setup.objects(test_set)
        cut_out = {kind: frame.iloc[:0] for kind, frame in rows.items()}
        if objects is not None:
            cut_out = ask(objects, repr(of_set))
        tables += [frame for kind in rows for frame in (rows[kind], cut_out[kind]) if len(frame)]
        sets[test_set.name] = {
            "photos": len(photos),
            "scores": set_scores(rows["plain"], cut_out["plain"], classes),
            "tta": set_scores(rows["tta"], cut_out["tta"], classes),
            "localisation": localisation(setup, test_set, plain[photos.split].maps),
        }
    answers = validation["plain"]
    correct = accuracy(list(answers["predicted"]), list(answers["primary"]))
    frame = pd.concat(tables, ignore_index=True)
    return Evaluation(frame, vars(correct), sets, plain, agreement)


def localisation(setup: Setup, test_set: TestSet, maps: Array) -> dict[str, Any] | None:
    """Where the evidence of raw class maps (photos, classes, rows, columns) of a whole test set
    lies; None where it has no box that counts."""
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    located = localise(maps, list(sizes), setup.dataset.classes, test_set, sizes, setup.recipe.crop)
    return localisation_summary(located)
