"""The diagnosis of a finished run: what was measured beyond its scores, and the verdict on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.evaluate.advice import advice
from core.evaluate.drift import drift
from core.evaluate.evaluate import Evaluation
from core.evaluate.reliance import reliance
from core.evaluate.sanity import randomised_head_lift
from core.evaluate.verdict import judge
from core.pipeline.setup import Setup


@dataclass(frozen=True)
class Diagnosis:
    """data: diagnosis.json. drift, reliance: the tables of the same names."""

    data: dict[str, Any]
    drift: pd.DataFrame
    reliance: pd.DataFrame


def diagnose(
    setup: Setup, evaluation: Evaluation, history: pd.DataFrame, shifted: Mapping[str, Any]
) -> Diagnosis:
    """Measures what the scores leave open (DESIGN section 8), and judges the run. found.sets: each
    with its `origin`, too. shifted: the numbers of core.evaluate.shifted."""
    network, classes = setup.network, len(setup.dataset.classes)
    hidden, of_photos = reliance(setup, network, evaluation.plain)
    moved = drift(setup, network)
    judgement = judge(history, evaluation.validation, classes, evaluation.sets, hidden, shifted)
    data = judgement.as_data() | {"advice": advice(judgement.verdict, setup.recipe)}
    data["evidence"] |= {
        "reliance": hidden,
        "consistency": evaluation.consistency,
        "redrawn_head": randomised_head_lift(setup, network),
    }
    return Diagnosis(data, moved, of_photos)
