"""What a trained network answers, and the numbers that tables show of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from core.data.dataset import TestSet
from core.data.photos import photo_size
from core.evaluate.derived_predictions import DerivedPredictor
from core.evaluate.localisation import Array, localisation_summary, localise
from core.evaluate.scores import accuracy, balanced_accuracy, is_imbalanced, set_scores
from core.evaluate.tta import consistency, tta_predictions
from core.pipeline.predict import PhotoSet, Predictions, predict, prediction_rows
from core.pipeline.setup import Setup


@dataclass(frozen=True)
class Evaluation:
    """Everything that a network answered.

    rows: predictions.csv. validation: `accuracy`, the plain score, and `balanced`, where a class
    has more than twice the photos of another (else None). sets: per test set `photos`, `single`
    (whether each labelled photo shows one class), `scores` (plain), `tta` (the same of the mean
    over views) and `localisation`. plain: the plain predictions by split. consistency: its numbers
    by split."""

    rows: pd.DataFrame
    validation: dict[str, Any]
    sets: dict[str, dict[str, Any]]
    plain: dict[str, Predictions]
    consistency: dict[str, Any]


def evaluate(
    setup: Setup,
    precomputed: Mapping[str, Predictions],
    on_phase_end: Callable[[str], None] = lambda phase: None,
) -> Evaluation:
    """Asks the setup's network about every photo and object, plain and with test-time augmentation.
    precomputed: plain predictions by split that were made already with the same weights.
    on_phase_end: is told when the plain answers are there (`evaluate`)."""
    dataset, network = setup.dataset, setup.network
    asked = _photo_sets(setup)
    plain = {
        name: precomputed.get(name)
        or predict(network, photos, setup.recipe.backbone, setup.start_layer)
        for name, (photos, _) in asked.items()
    }
    on_phase_end("evaluate")
    predictor = DerivedPredictor(setup, network)
    rows: dict[str, dict[str, pd.DataFrame]] = {}
    agreement: dict[str, Any] = {}
    for name, (photos, fingerprint) in asked.items():
        mean, views = tta_predictions(predictor, photos, plain[name], fingerprint)
        agreement[name] = consistency(views)
        rows[name] = {
            kind: prediction_rows(photos, found, dataset.classes, kind)
            for kind, found in (("plain", plain[name]), ("tta", mean))
        }
    of_validation = rows[setup.validation.split]
    tables, sets = [*of_validation.values()], {}
    for test_set, photos in zip(dataset.test_sets, setup.test_photos, strict=True):
        answers = rows[photos.split]
        nothing = {kind: frame.iloc[:0] for kind, frame in answers.items()}
        objects = rows.get(f"{test_set.name}/objects", nothing)
        tables += [frame for kind in answers for frame in (answers[kind], objects[kind])]
        sets[test_set.name] = {
            "photos": len(photos),
            "single": all(len(label.present) < 2 for label in test_set.labels.values()),
            "scores": set_scores(answers["plain"], objects["plain"], dataset.classes),
            "tta": set_scores(answers["tta"], objects["tta"], dataset.classes),
            "localisation": localisation(setup, test_set, plain[photos.split].maps),
        }
    validated = of_validation["plain"]
    predicted, primary = list(validated["predicted"]), list(validated["primary"])
    uneven = is_imbalanced(primary, dataset.classes)
    validation = {
        "accuracy": asdict(accuracy(predicted, primary)),
        "balanced": asdict(balanced_accuracy(predicted, primary)) if uneven else None,
    }
    frame = pd.concat([table for table in tables if len(table)], ignore_index=True)
    return Evaluation(frame, validation, sets, plain, agreement)


def _photo_sets(setup: Setup) -> dict[str, tuple[PhotoSet, str]]:
    """All that is asked about, by split, each with the fingerprint of what decides its pixels."""
    prints = setup.fingerprints
    found = {setup.validation.split: (setup.validation, prints["train"])}
    for test_set, photos in zip(setup.dataset.test_sets, setup.test_photos, strict=True):
        of_set = prints["test_sets"][test_set.name]
        found[photos.split] = photos, of_set["photos"]
        objects = setup.objects(test_set)
        if objects is not None:
            found[objects.split] = objects, repr(of_set)
    return found


def localisation(setup: Setup, test_set: TestSet, maps: Array) -> dict[str, Any] | None:
    """Where the evidence of raw class maps (photos, classes, rows, columns) of a whole test set
    lies; None where it has no box that counts."""
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    located = localise(maps, list(sizes), setup.dataset.classes, test_set, sizes, setup.recipe.crop)
    return localisation_summary(located)
