"""How far the numbers of a run may go: as far as its own recipe and data imply, and no table longer
than pages can bear. For whatever a stranger's file says within its format."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.base.errors import RunError, damaged_text
from core.base.language import N_
from core.data.archive import printable
from core.data.dataset_names import BACKGROUND, VALIDATION
from core.recipe.network_layers import network_layers
from core.store.run import ClassMaps, Run

MAX_SETS, _MAX_CLASSES = 100, 300
_MAX_ITEMS, _MAX_TEXT = 1_000, 20_000  # of a list or object; characters
_MAX_STEPS, _MAX_ANSWERS = 500_000, 200_000  # rows of batches.csv; of predictions.csv and the like
_MAX_SIDE = 64  # cells of a class map
_MAX_HEADER = 200_000  # bytes of a table's first line
_BIG = 1e12  # a loss or a time beyond this is none
_SHARE = (0.0, 1.0001)  # probabilities are rounded
_ANY = (-_BIG, _BIG)
_Range = tuple[float, float]


def check_values(path: Path, value: Any, key: str = "") -> None:
    """Raises RunError, naming the key, where plain data holds a number, text or list beyond all
    sense."""
    if isinstance(value, dict | list):
        if len(value) > _MAX_ITEMS:
            _refuse(path, key, N_("more than {most} entries").format(most=_MAX_ITEMS))
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in pairs:
            check_values(path, name)
            check_values(path, inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, str) and len(value) > _MAX_TEXT:
        _refuse(path, key, N_("more than {most} characters").format(most=_MAX_TEXT))
    elif isinstance(value, int | float) and not abs(value) <= _BIG:
        _refuse(path, key, N_("{value:.3g} is beyond all sense").format(value=float(value)))


def check_row_count(run: Run, name: str) -> None:
    """Raises RunError where a table has more rows than its run can have, before it is read."""
    recipe, path = run.recipe(), run.path / name
    epochs = recipe.planned_epochs()
    most = {
        "history.csv": epochs,
        "batches.csv": _MAX_STEPS,
        "timing.csv": 20 * (epochs + 5),
        "drift.csv": len(network_layers(recipe)),
    }.get(name, _MAX_ANSWERS)
    with path.open("rb") as file:
        if len(file.readline(_MAX_HEADER)) == _MAX_HEADER:
            _refuse(path, "", N_("its first line is too long"))
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    if lines > most + 2:
        _refuse(path, "", N_("more than {most} rows").format(most=most))


def check_history(run: Run, table: pd.DataFrame) -> None:
    path, recipe = run.path / "history.csv", run.recipe()
    rates = [str(name) for name in table if str(name).startswith("lr_")]
    if len(table.columns) > 6 + (len(recipe.bands) + 1) * len(recipe.stages):
        _refuse(path, "", N_("more columns than the recipe has rates"))
    if list(table["epoch"]) != list(range(1, len(table) + 1)):
        _refuse(path, "epoch", N_("does not count from 1"))
    counted: _Range = (1, recipe.planned_epochs())
    ranges = {"epoch": counted, "stage": (1, len(recipe.stages)), "cycle": counted}
    ranges |= {"train_loss": _ANY, "val_loss": _ANY, "val_accuracy": _SHARE}
    _check_ranges(path, table, ranges)
    _check_ranges(path, table[rates].fillna(0), dict.fromkeys(rates, _ANY))


def check_batches(run: Run, table: pd.DataFrame) -> None:
    path, epochs = run.path / "batches.csv", run.recipe().planned_epochs()
    _check_ranges(
        path, table, {"step": (1, _MAX_STEPS), "epoch": (1, epochs), "loss": _ANY, "lr": _ANY}
    )
    if (np.diff(table["step"]) <= 0).any() or (np.diff(table["epoch"]) < 0).any():
        _refuse(path, "step", N_("does not count upwards"))


def check_timing(run: Run, table: pd.DataFrame) -> None:
    path = run.path / "timing.csv"
    _check_ranges(path, table, {"epoch": (0, run.recipe().planned_epochs()), "seconds": (0, _BIG)})
    if table["phase"].nunique() > 50:
        _refuse(path, "phase", N_("more than {most} of them").format(most=50))


def check_drift(run: Run, table: pd.DataFrame) -> None:
    """Debiased CKA is a cosine: of unrelated features it is below 0 by chance."""
    path, layers = run.path / "drift.csv", len(network_layers(run.recipe()))
    _check_ranges(path, table, {"layer": (0, layers - 1)})
    numbers = table[["weights", "cka"]].fillna(0)
    _check_ranges(path, numbers, {"weights": (0, _BIG), "cka": (-1.01, 1.01)})
    _check_unique(path, table, ("layer",))


def check_answers(run: Run, name: str, table: pd.DataFrame, unique: Sequence[str]) -> None:
    """Rows that answer photos: of the run's classes and sets, probabilities in 0..1, each once."""
    path, summary = run.path / name, run.summary()
    shares = [str(column) for column in table if str(column).startswith("p_")]
    if summary is None:  # it stopped before its scores were there
        summary = {"classes": [share[2:] for share in shares]}
    classes, sets = summary["classes"], summary.get("sets", {})
    if sorted(shares) != sorted(f"p_{each}" for each in classes):
        _refuse(path, "p_", N_("its classes are not those of summary.json"))
    _check_ranges(path, table, dict.fromkeys(shares, _SHARE))
    _check_unique(path, table, unique)
    known = {*sets, *(f"{each}/objects" for each in sets), VALIDATION}
    unknown = list(dict.fromkeys(table.get("split", ())))
    for column, allowed in (
        ("kind", {"plain", "tta"}),
        ("split", known if sets else {*unknown[: 2 * MAX_SETS + 1]}),
        ("primary", {"", BACKGROUND, *classes}),
        ("predicted", {*classes}),
    ):
        strange = set(table.get(column, ())) - allowed
        if strange:
            told = N_("{value} is none of the run's").format(value=printable(str(min(strange))))
            _refuse(path, column, told)


def check_summary(run: Run, found: Mapping[str, Any]) -> None:
    path, planned = run.path / "summary.json", run.recipe().planned_epochs()
    if len(found["sets"]) > MAX_SETS:
        _refuse(path, "sets", N_("more than {most} of them").format(most=MAX_SETS))
    scores = [found["validation"]["accuracy"]]
    for of_set in found["sets"].values():
        scores += [*of_set["scores"].values(), *(of_set.get("tta") or {}).values()]
        scores += [place["pointing"]] if (place := of_set.get("localisation")) else []
    if any(score.get("constant") is None for score in scores):
        _refuse(path, "sets", N_("a score lacks its constant"))
    if found["epochs"] > planned:
        _refuse(path, "epochs", N_("more than the recipe plans, {most}").format(most=planned))
    if len(found["classes"]) > _MAX_CLASSES:
        _refuse(path, "classes", N_("more than {most} of them").format(most=_MAX_CLASSES))
    if len(set(found["classes"])) != len(found["classes"]):
        _refuse(path, "classes", N_("one of them twice"))


def check_class_maps(run: Run, found: ClassMaps) -> None:
    path, planned = run.path / "cams.npz", run.recipe().planned_epochs()
    epochs, classes = found.epochs, (run.summary() or {}).get("classes", list(found.classes))
    if list(epochs) != sorted({*epochs}) or not all(1 <= each <= planned for each in epochs):
        _refuse(path, "epochs", N_("are not among those that the recipe plans"))
    if len(found.files) > MAX_SETS or list(found.classes) != list(classes):
        _refuse(path, "classes", N_("its classes are not those of summary.json"))
    for split, maps in found.maps.items():
        sound = max(maps.shape[3:]) <= _MAX_SIDE and np.isfinite(maps).all()
        if not sound or np.isnan(found.log_probs[split]).any():
            _refuse(path, f"maps.{printable(split)}", N_("no class maps"))


def _check_ranges(path: Path, table: pd.DataFrame, ranges: Mapping[str, _Range]) -> None:
    for column, (low, high) in ranges.items():
        values = table[column].to_numpy(np.float64)
        wrong = values[~((values >= low) & (values <= high))]
        if len(wrong):
            why = N_("{value:.3g} is not from {low:g} to {high:.3g}")
            _refuse(path, column, why.format(value=float(wrong[0]), low=low, high=high))


def _check_unique(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    if table.duplicated(list(columns)).any():
        why = N_("two rows of the same {columns}").format(columns=", ".join(columns))
        _refuse(path, "", why)


def _refuse(path: Path, key: str, why: str) -> None:
    raise RunError(damaged_text(path, f"{printable(key)}: {why}" if key else why))
