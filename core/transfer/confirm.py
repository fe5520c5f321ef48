"""Whether a run's scores and verdict are those that its own predictions give: worked out anew when
it arrives. Whoever forges predictions too is not found out. Needs neither photos nor torch."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from core.base.language import N_
from core.data.dataset_names import VALIDATION
from core.data.label_tables import split_names
from core.evaluate.scores import accuracy, balanced_accuracy, set_scores
from core.evaluate.verdict import judge
from core.store.run import Run
from core.train.schedule import history_to_final_weights

_TOLERANCE = 0.005  # of shares that are written with few digits
# Answers, and they times classes: seconds of work, and a thousand draws of them in memory.
_MAX_ANSWERS, _MAX_CELLS = 6_000, 60_000


def unconfirmed_text(run: Run) -> str:
    """Why the scores or the verdict of a run that core.transfer.checks has passed are not to be
    believed, in a line; "" where they are its predictions' own, or it has none."""
    summary = run.read_optional_json("summary.json")
    if run.status().state != "done" or summary is None:
        return ""
    try:
        return _differing(run, summary, run.read_optional_json("diagnosis.json") or {})
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return N_("its scores cannot be recomputed")


def _differing(run: Run, summary: dict[str, Any], diagnosis: dict[str, Any]) -> str:
    classes, told = summary["classes"], N_("its predictions give different scores on {set}")
    tables = {"scores": run.predictions("plain"), "tta": run.predictions("tta")}
    answers = sum(map(len, tables.values()))
    if answers > min(_MAX_ANSWERS, _MAX_CELLS / len(classes)):
        return N_("it has too many predictions to recompute its scores")
    sets = {}
    for name, claimed in summary["sets"].items():
        sets[name] = dict(claimed)
        for key, table in tables.items():
            rows, objects = _of(table, name), _of(table, f"{name}/objects")
            if key == "tta" and not claimed.get("tta"):
                continue
            sets[name][key] = set_scores(rows, objects, classes)
            if claimed["photos"] != len(rows) or not _same(claimed[key], sets[name][key]):
                return told.format(set=name)
        if "single" in claimed:
            shown = _of(tables["scores"], name)["present"]
            sets[name]["single"] = all(len(split_names(one, classes)) < 2 for one in shown)
    rows, claims = _of(tables["scores"], VALIDATION), summary["validation"]
    pairs = list(rows["predicted"]), list(rows["primary"])
    validation = {"accuracy": asdict(accuracy(*pairs))} if len(rows) else {}
    if claims.get("balanced") and len(rows):
        validation["balanced"] = asdict(balanced_accuracy(*pairs))
    if not _same(
        {key: claims[key] for key in ("accuracy", "balanced") if claims.get(key)}, validation
    ):
        return told.format(set=VALIDATION)
    history = history_to_final_weights(run.recipe(), run.history())
    hidden = (diagnosis.get("evidence") or {}).get("reliance") or {}
    found = judge(history, validation, len(classes), sets, hidden, summary.get("shifted")).verdict
    if {summary.get("verdict"), diagnosis.get("verdict")} - {None, found}:
        return N_("its numbers give a different verdict: {verdict}").format(verdict=found)
    return ""


def _of(table: pd.DataFrame, split: str) -> pd.DataFrame:
    return table[table["split"] == split]


def _same(claimed: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether scores by name are the same, but for the intervals of a ranking, which were once
    drawn otherwise."""
    if claimed.keys() != found.keys():
        return False
    for name, score in found.items():
        keys = ["value", "constant", "total", "correct", *(["low", "high"] * (name != "ranking"))]
        for key in keys:
            one, other = claimed[name].get(key), score[key]
            if (one is None) != (other is None) or abs((one or 0) - (other or 0)) > _TOLERANCE:
                return False
    return True
