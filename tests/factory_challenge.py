"""Answers to the challenge's hidden photos without photos and without training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.base.files import write_json
from core.data.challenge_photos import CHALLENGE_FOLDER, TEST_SET_NAME
from core.data.dataset import Dataset
from core.data.fingerprints import fingerprints
from core.store.rescoring import ChallengeEvaluation, ChallengeResult
from core.store.run import Run
from tests.factory import write_run

CHALLENGE_CLASSES = (
    "background",
    "blue",
    "red",
)  # of the factory's data set; stands for the toy books' classes
CHALLENGE_FINGERPRINT = "the draw of this folder"
OBJECTS = 40


def write_challenge_set(runs_dir: Path, fingerprint: str = CHALLENGE_FINGERPRINT) -> None:
    """The note of a finished draw."""
    root = runs_dir / CHALLENGE_FOLDER / ".photos"
    root.mkdir(parents=True, exist_ok=True)
    write_json(root / "drawn.json", {"format": 1, "print": fingerprint, "photos": OBJECTS // 2})


def write_group(
    runs_dir: Path,
    dataset: Dataset,
    preset: str = "quick",
    seeds: Sequence[int] = (0, 1, 2),
    object_accuracy: float | None = None,
    **options: Any,
) -> list[Run]:
    """Finished runs with weights, a seed each. object_accuracy: the share of the hidden objects
    that they name right, the same ones but for one or two; None: they have not been asked."""
    changes, minutes = options.pop("changes", {}), options.pop("minutes", 0)
    runs = []
    for seed in seeds:
        run = write_run(
            runs_dir,
            dataset,
            preset,
            changes={**changes, "seed": seed},
            minutes=minutes + seed,
            **options,
        )
        environment = run.environment()
        environment["data"]["fingerprints"] = fingerprints(dataset)
        write_json(run.path / "environment.json", environment)
        (run.path / "weights.safetensors").touch()
        if object_accuracy is not None:
            write_challenge_predictions(run, object_accuracy, seed)
        runs.append(run)
    return runs


def write_challenge_predictions(
    run: Run, object_accuracy: float, seed: int = 0, fingerprint: str = CHALLENGE_FINGERPRINT
) -> None:
    """Two objects in each photo; the first ones are named right."""
    trial = ChallengeEvaluation.of(run.path.parent, run.id)
    trial.path.mkdir(parents=True, exist_ok=True)
    # Photos that are easy for one are easy for all, whatever their number.
    order = np.random.default_rng(5).permutation(OBJECTS)
    named = order < round(object_accuracy * OBJECTS) + (seed % 3 - 1)
    rows = [
        (
            "plain",
            f"{TEST_SET_NAME}/objects",
            f"img_{place // 2}.jpg#{'ab'[place % 2]}",
            "red",
            "red",
            "red" if hit else "blue",
        )
        for place, hit in enumerate(named)
    ]
    columns = ["kind", "split", "file", "primary", "present", "predicted"]
    pd.DataFrame(rows, columns=columns).to_csv(trial.path / "answers.csv", index=False)
    answered = ChallengeResult(draw=fingerprint, localisation={"lift": 1.5})
    (trial.path / "answers.json").write_text(answered.model_dump_json(), "utf-8")
