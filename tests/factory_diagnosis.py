"""The diagnosis of the factory's runs: what training would have measured, judged by the rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.data.dataset import BACKGROUND, Dataset, TestSet
from core.data.masking import MASK_VARIANTS
from core.evaluate.diagnose import advice
from core.evaluate.localisation import find_scene
from core.evaluate.tta import consistency
from core.evaluate.verdict import Judgement, judge
from core.recipe.bands import stage_ranges
from core.recipe.layer_table import layer_table
from core.recipe.schema import Recipe
from core.store.run import Run

if TYPE_CHECKING:
    from core.evaluate import reliance

TTA_VIEWS = 4  # as core.evaluate.tta, which needs torch


def write_diagnosis(
    run: Run,
    recipe: Recipe,
    dataset: Dataset,
    plain: pd.DataFrame,
    summary: dict[str, Any],
    object_evidence: float,
) -> Judgement:
    """drift.csv, reliance.csv, controls.json, diagnosis.json and the rows of kind `tta`."""
    from core.evaluate import reliance  # it imports torch

    random = np.random.default_rng([recipe.seed, 77])
    columns = [f"p_{name}" for name in dataset.classes]
    agreed, means = {}, []
    for split, rows in plain.groupby("split", sort=False):
        views = _views(rows[columns].to_numpy(float), object_evidence, random)
        agreed[str(split)] = consistency(views)
        mean = rows.assign(kind="tta", **dict(zip(columns, views.mean(axis=0).T, strict=True)))
        mean["predicted"] = [dataset.classes[i] for i in views.mean(axis=0).argmax(axis=1)]
        means.append(mean)
    pd.concat([plain, *means]).to_csv(run.path / "predictions.csv", index=False)
    hidden, tables = {}, []
    for test_set in dataset.test_sets:
        rows = plain[plain["split"] == test_set.name]
        found = _masked_predictions(test_set, dataset.classes, recipe, rows, object_evidence)
        if found:
            hidden[test_set.name] = reliance.summary(found, dataset.classes)
            tables.append(reliance._table(test_set.name, found, dataset.classes))
    if tables:
        pd.concat(tables).to_csv(run.path / "reliance.csv", index=False)
    _drift(recipe, len(dataset.classes), object_evidence).to_csv(
        run.path / "drift.csv", index=False
    )
    (run.path / "controls.json").write_text(json.dumps(_controls(summary)), "utf-8")
    judgement = judge(
        run.history(), summary["validation"], len(dataset.classes), summary["sets"], hidden
    )
    data = judgement.as_data()
    lifts = {split: {"lift": 1.05, "lifts": [1.0, 1.1]} for split in hidden}
    data["evidence"] |= {"reliance": hidden, "consistency": agreed, "redrawn_head": lifts}
    data["advice"] = advice(judgement.verdict, recipe)
    (run.path / "diagnosis.json").write_text(json.dumps(data), "utf-8")
    return judgement


def _views(
    plain: np.ndarray[Any, Any], object_evidence: float, random: np.random.Generator
) -> np.ndarray[Any, Any]:
    """Each view's probabilities, the plain one first; with little `object_evidence` they waver."""
    other = np.roll(plain, 1, axis=1)
    wavers = random.random((TTA_VIEWS, len(plain), 1)) > 0.5 + 0.5 * object_evidence
    return np.concatenate([plain[None], np.where(wavers, other[None], plain[None])])


def _masked_predictions(
    test_set: TestSet,
    classes: tuple[str, ...],
    recipe: Recipe,
    rows: pd.DataFrame,
    object_evidence: float,
) -> list[reliance.MaskedPrediction]:
    """Without the object a good run answers `background`, a bad one nearly what it answered."""
    from core.evaluate import reliance

    probabilities = rows.set_index("file")[[f"p_{name}" for name in classes]]
    nothing = np.full(len(classes), 0.1 / max(len(classes) - 1, 1))
    nothing[classes.index(BACKGROUND)] = 0.9
    found = []
    for photo in test_set.photos:
        scene = find_scene(test_set, photo, classes, recipe.crop)
        if scene is None:
            continue
        p = probabilities.loc[photo.file].to_numpy(float)
        p = p / p.sum()
        without = object_evidence * nothing + (1 - object_evidence) * p
        answers = {"object": without, "elsewhere": 0.98 * p + 0.02 * nothing, "only_objects": p}
        found.append(
            reliance.MaskedPrediction(
                photo.file,
                tuple(classes.index(name) for name in test_set.labels[photo.file].present),
                scene.area,
                p.astype(np.float32),
                {
                    variant: np.tile(answers[variant], (3, 1)).astype(np.float32)
                    for variant in MASK_VARIANTS
                    if variant != "elsewhere" or scene.comparable
                },
            )
        )
    return found


def _drift(recipe: Recipe, classes: int, object_evidence: float) -> pd.DataFrame:
    """Frozen layers stay; the others move, far with little `object_evidence`."""
    layers = layer_table(recipe.backbone, recipe.map_stride, classes, recipe.image_size)
    bands = [
        band for stage in recipe.stages for band in stage_ranges(recipe, stage) if not band.frozen
    ]
    rows = []
    for layer in layers:
        trained = any(band.first <= layer.index <= band.last for band in bands)
        cka = (
            1 - (1 - object_evidence) * (0.5 + 0.5 * layer.index / len(layers)) if trained else 1.0
        )
        rows.append(
            (
                layer.index,
                layer.name,
                trained,
                "random start" if layer.in_head else "pretrained",
                0.02 + (1 - object_evidence) * 0.5 if trained and layer.params else 0.0,
                0.0,
                round(cka, 4),
            )
        )
    columns = ["layer", "name", "trained", "reference", "weights", "statistics", "cka"]
    return pd.DataFrame(rows, columns=columns)


def _controls(summary: dict[str, Any]) -> dict[str, Any]:
    """Two classifiers on features that never saw the photos: one at the run's own scores, one at
    the constant answer's."""
    sets = {
        name: {key: found[key] for key in ("photos", "scores", "localisation")}
        for name, found in summary["sets"].items()
    }
    frozen = {"validation": {"accuracy": summary["validation"]["accuracy"]}, "sets": sets}
    untrained = json.loads(json.dumps(frozen))
    for found in untrained["sets"].values():
        for score in found["scores"].values():
            score["value"] = score["constant"]
    return {"frozen": frozen, "untrained": untrained, "reasons": {}}
