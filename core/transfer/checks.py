"""What a run folder must be to leave or to land: every file as the format has it, read by the very
code that pages read it with, its numbers as far as its own recipe and data imply, and nothing in it
that could stop a page or point outside.

Stricter than the readers alone, which let a damaged run show what is left of it.
"""

import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from pydantic import TypeAdapter
from safetensors import SafetensorError, safe_open

from core.base import formatting
from core.base.errors import DataError, InputError, RunError, damaged_text
from core.base.language import N_
from core.data.archive import Limits, open_file_source, printable
from core.data.dataset_names import BACKGROUND, VALIDATION
from core.recipe.layer_table import network_layers
from core.recipe.schema import Recipe
from core.store.annotations import check_annotations, read_annotations
from core.store.index import read_row
from core.store.run import FORMAT, ClassMaps, Run
from core.store.schemas import Count, Number, Strict, validate_data
from core.store.status import Status
from core.transfer.manifest import wrong_format_text

_REQUIRED_FILES = ("recipe.yaml", "environment.json", "status.json")
_DONE_FILES = (*_REQUIRED_FILES, "history.csv", "predictions.csv", "summary.json")
_UNTOLD_CLASSES = 1000  # of a run that does not tell its classes
_MAX_SETS, _MAX_CLASSES, _MAX_PHASES = 100, 300, 50
_MAX_ITEMS, _MAX_TEXT = 1_000, 20_000  # of a list or object; characters
_MAX_STEPS, _MAX_ANSWERS = 500_000, 200_000  # rows of batches.csv; of predictions.csv and the like
_MAX_SIDE = 64  # cells of a class map
_MAX_FIRST_LINE = 200_000  # bytes of a table's
_MAX_HEADER = 1_000_000  # bytes that tell of a file's tensors
_MAPS = Limits(
    files=1000,
    file_bytes=120_000_000,
    total_bytes=120_000_000,
    ratio=2000,
    expected_content=N_("class map file"),
)
_BIG = 1e12  # a loss or a time beyond this is none
_SHARE = (0.0, 1.0001)  # probabilities are rounded
_ANY = (-_BIG, _BIG)
_Ranges = Mapping[str, tuple[float, float]]  # of columns: the least and the greatest number


class _Best(Strict):
    epoch: Count
    val_loss: Number


class _Checkpoint(Strict):
    epoch: Count
    stage: Count
    best: _Best | None = None


_CHECKPOINT = TypeAdapter(_Checkpoint)


def check_run(run: Run) -> None:
    """Raises RunError, one line naming the file, where the run is not finished or a file of it is
    not as the format has it. What files there are is not its concern (core.transfer.manifest)."""
    try:
        _check(run)
    except RunError:
        raise
    except InputError as error:
        line = str(error)  # that of a recipe does not say its file
        named = str(run.path) in line
        raise RunError(line if named else f"{run.path / 'recipe.yaml'}: {line}") from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        why = N_("cannot be read as a run ({error})").format(error=printable(str(error)))
        raise RunError(f"{run.path}: {why}") from None


def _check(run: Run) -> None:
    _require_files(run, _REQUIRED_FILES)
    status = run.status()
    if not status.ended:
        told = N_(
            "{run}: is {state}; only a run that is done, failed or cancelled can be transferred"
        )
        raise RunError(told.format(run=run.id, state=status.state))
    _check_status(run, status)
    if status.state == "done":
        _require_files(run, _DONE_FILES)
    for name, check in _CHECKS.items():
        if (run.path / name).is_file():
            check(run, run.path / name)
    row = read_row(run)
    if row.problem:
        raise RunError(row.problem)
    if not row.field_values:
        raise RunError(f"{run.path}: {N_('contains no run data')}")


def _require_files(run: Run, names: Iterable[str]) -> None:
    for name in names:
        if not (run.path / name).is_file():
            raise RunError(N_("{path}: missing").format(path=run.path / name))


def _refuse(path: Path, key: str, why: str, **values: object) -> NoReturn:
    why = why.format(**values) if values else why
    raise RunError(damaged_text(path, f"{printable(key)}: {why}" if key else why))


# --- objects --------------------------------------------------------------------------------------


def _strict_json(path: Path) -> dict[str, Any]:
    """An object without NaN, which no file of ours holds and which breaks arithmetic on a page."""

    def refuse(word: str) -> None:
        raise ValueError(N_("{word} is not a number").format(word=word))

    try:
        found = json.loads(path.read_text("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        _refuse(path, "", printable(str(error)))
    if not isinstance(found, dict):
        _refuse(path, "", N_("not an object"))
    _check_values(path, found)
    return found


def _check_values(path: Path, value: Any, key: str = "") -> None:
    """Refuses a number, text or list beyond all sense."""
    if isinstance(value, dict | list):
        if len(value) > _MAX_ITEMS:
            _refuse(path, key, N_("more than {most} entries"), most=_MAX_ITEMS)
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in pairs:
            _check_values(path, name)
            _check_values(path, inner, f"{key}.{name}" if key else str(name))
    elif isinstance(value, str) and len(value) > _MAX_TEXT:
        _refuse(path, key, N_("more than {most} characters"), most=_MAX_TEXT)
    elif isinstance(value, int | float) and not abs(value) <= _BIG:
        _refuse(path, key, N_("{value:.3g} is not a plausible value"), value=float(value))


def _check_json(run: Run, path: Path) -> None:
    _strict_json(path)
    run.read_optional_json(path.name)


def _check_status(run: Run, status: Status) -> None:
    """Moments that lack their time zone cannot be compared with others."""
    path = run.path / "status.json"
    _strict_json(path)
    if status.epoch < 0 or not status.epoch <= status.epochs <= run.recipe().planned_epochs():
        _refuse(path, "", N_("epoch {epoch} of {epochs}"), epoch=status.epoch, epochs=status.epochs)
    for name in ("created", "started", "heartbeat", "finished"):
        said = getattr(status, name)
        if said and formatting.parse_timestamp(said) is None:
            _refuse(path, name, N_("{said} is not a UTC time"), said=printable(said))


def _check_environment(run: Run, path: Path) -> None:
    _strict_json(path)
    found = run.environment().get("format")
    if found != FORMAT:
        raise RunError(f"{path}: {wrong_format_text(found, FORMAT)}")
    run.estimate()


def _check_annotations(run: Run, path: Path) -> None:
    try:
        check_annotations(read_annotations(run))
    except RunError as error:
        line = str(error)
        raise RunError(line if str(path) in line else f"{path}: {line}") from None
    _strict_json(path)


def _check_summary(run: Run, path: Path) -> None:
    _strict_json(path)
    found, planned = run.summary(), run.recipe().planned_epochs()
    assert found is not None  # the file is there
    if len(found["sets"]) > _MAX_SETS:
        _refuse(path, "sets", N_("more than {most} values"), most=_MAX_SETS)
    scores = [found["validation"]["accuracy"]]
    for of_set in found["sets"].values():
        scores += [*of_set["scores"].values(), *(of_set.get("tta") or {}).values()]
        scores += [place["pointing"]] if (place := of_set.get("localisation")) else []
    if any(score.get("constant") is None for score in scores):
        _refuse(path, "sets", N_("a score has no constant"))
    if found["epochs"] > planned:
        _refuse(path, "epochs", N_("more than the {most} that the recipe plans"), most=planned)
    if len(found["classes"]) > _MAX_CLASSES:
        _refuse(path, "classes", N_("more than {most} values"), most=_MAX_CLASSES)
    if len(set(found["classes"])) != len(found["classes"]):
        _refuse(path, "classes", N_("contains a duplicate"))


def _check_checkpoint(run: Run, path: Path) -> None:
    validate_data(_CHECKPOINT, path, _strict_json(path))


def _check_log(run: Run, path: Path) -> None:
    try:
        path.read_text("utf-8")
    except UnicodeDecodeError:
        raise RunError(f"{path}: {N_('not UTF-8 text')}") from None


# --- tables ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """read: as pages do. most: its rows, at most. whole: columns that count. unique: columns whose
    values come together once. check: what else is to be said of a table with rows."""

    read: Callable[[Run], pd.DataFrame]
    most: int
    ranges: _Ranges
    whole: str = ""
    unique: str = ""
    check: Callable[[Run, Path, pd.DataFrame], None] = lambda run, path, table: None


def _table(name: str, recipe: Recipe) -> _Table:
    epochs, stages = recipe.planned_epochs(), len(recipe.stages)
    counted, ranges = (1.0, float(epochs)), dict[str, tuple[float, float]]()
    match name:
        case "history.csv":
            ranges = {"epoch": counted, "stage": (1, stages), "cycle": counted}
            ranges |= {"train_loss": _ANY, "val_loss": _ANY, "val_accuracy": _SHARE}
            return _Table(Run.history, epochs, ranges, "epoch stage cycle", check=_check_history)
        case "batches.csv":
            ranges = {"step": (1, _MAX_STEPS), "epoch": counted, "loss": _ANY, "lr": _ANY}
            return _Table(Run.batches, _MAX_STEPS, ranges, "step epoch", check=_check_batches)
        case "timing.csv":
            ranges = {"epoch": (0, epochs), "seconds": (0, _BIG)}
            return _Table(Run.timing, 20 * (epochs + 5), ranges, "epoch", check=_check_timing)
        case "drift.csv":
            layers = len(network_layers(recipe))
            # Debiased CKA is a cosine: of unrelated features it is below 0 by chance.
            ranges = {"layer": (0, layers - 1), "weights": (0, _BIG), "cka": (-1.01, 1.01)}
            return _Table(Run.drift, layers, ranges, "layer", "layer")
    read, unique = _ANSWERS[name]
    return _Table(read, _MAX_ANSWERS, ranges, unique=unique, check=_check_answers)


_ANSWERS: dict[str, tuple[Callable[[Run], pd.DataFrame], str]] = {
    "predictions.csv": (Run.all_predictions, "kind split file"),
    "reliance.csv": (Run.reliance, "split file variant fill"),
    "shifted.csv": (Run.shifted, "family file view"),
}


def _check_table(run: Run, path: Path) -> None:
    """The number of rows before it is read."""
    expected = _table(path.name, run.recipe())
    with path.open("rb") as file:
        if len(file.readline(_MAX_FIRST_LINE)) == _MAX_FIRST_LINE:
            _refuse(path, "", N_("its first line is too long"))
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    if lines > expected.most + 2:
        _refuse(path, "", N_("more than {most} rows"), most=expected.most)
    table = expected.read(run)
    if table.empty:
        return
    for column in expected.whole.split():
        values = table[column].to_numpy(np.float64)
        if not np.isfinite(values).all() or (values % 1 != 0).any():
            _refuse(
                path, "", N_("{column} contains a value that is not a whole number"), column=column
            )
    _check_ranges(path, table, expected.ranges)
    expected.check(run, path, table)
    unique = expected.unique.split()
    if unique and table.duplicated(unique).any():
        _refuse(path, "", N_("two rows have the same {columns}"), columns=", ".join(unique))


def _check_ranges(path: Path, table: pd.DataFrame, ranges: _Ranges) -> None:
    for column, (low, high) in ranges.items():
        values = table[column].to_numpy(np.float64)
        if column in ("weights", "cka") or column.startswith("lr_"):  # may be empty
            values = np.nan_to_num(values, posinf=np.inf, neginf=-np.inf)
        wrong = values[~((values >= low) & (values <= high))]
        if len(wrong):
            why = N_("{value:.3g} is outside the range {low:g} to {high:.3g}")
            _refuse(path, column, why, value=float(wrong[0]), low=low, high=high)


def _check_history(run: Run, path: Path, table: pd.DataFrame) -> None:
    recipe = run.recipe()
    if len(table.columns) > 6 + (len(recipe.bands) + 1) * len(recipe.stages):
        _refuse(path, "", N_("more columns than the recipe has learning rates"))
    if list(table["epoch"]) != list(range(1, len(table) + 1)):
        _refuse(path, "epoch", N_("does not count up from 1"))
    rates = (str(name) for name in table if str(name).startswith("lr_"))
    _check_ranges(path, table, dict.fromkeys(rates, _ANY))


def _check_batches(run: Run, path: Path, table: pd.DataFrame) -> None:
    if (np.diff(table["step"]) <= 0).any() or (np.diff(table["epoch"]) < 0).any():
        _refuse(path, "step", N_("does not increase"))


def _check_timing(run: Run, path: Path, table: pd.DataFrame) -> None:
    if table["phase"].nunique() > _MAX_PHASES:
        _refuse(path, "phase", N_("more than {most} values"), most=_MAX_PHASES)


def _check_answers(run: Run, path: Path, table: pd.DataFrame) -> None:
    """Answers to photos are of the run's classes and sets, with probabilities in 0..1."""
    shares = [str(column) for column in table if str(column).startswith("p_")]
    # Without a summary it stopped before its scores were there.
    summary = run.summary() or {"classes": [share[2:] for share in shares]}
    classes, sets = summary["classes"], summary.get("sets", {})
    if sorted(shares) != sorted(f"p_{each}" for each in classes):
        _refuse(path, "p_", N_("its classes do not match summary.json"))
    _check_ranges(path, table, dict.fromkeys(shares, _SHARE))
    known = {*sets, *(f"{each}/objects" for each in sets), VALIDATION}
    unknown = list(dict.fromkeys(table.get("split", ())))
    for column, allowed in (
        ("kind", {"plain", "tta"}),
        ("split", known if sets else {*unknown[: 2 * _MAX_SETS + 1]}),
        ("primary", {"", BACKGROUND, *classes}),
        ("predicted", {*classes}),
    ):
        if strange := set(table.get(column, ())) - allowed:
            value = printable(str(min(strange)))
            _refuse(path, column, N_("{value} does not belong to the run"), value=value)
    _check_files(path, {*unknown, *table["file"]})


def _check_files(path: Path, names: Iterable[str]) -> None:
    """Refuses a name of a set or photo that leads out of the data set's folder."""
    for name in names:
        parts = name.split("/")
        if not name or name[0] == "/" or ".." in parts or "\\" in name or "\0" in name:
            _refuse(path, "", N_("{name!r} is not a valid photo name"), name=printable(name))


# --- arrays ---------------------------------------------------------------------------------------


def _check_class_maps(run: Run, path: Path) -> None:
    """The archive inside is looked at before NumPy believes what it says of its sizes."""
    with open_file_source(path, _MAPS) as archive:
        if archive.rejected:
            _refuse(path, "", N_("contains more than arrays"))
        try:
            for name in archive.files:
                _check_array(path, printable(name), archive.chunks(name))
        except DataError as error:
            _refuse(path, "", str(error))
    found = run.class_maps()
    assert found is not None  # the file is there
    _check_files(
        path, (*found.files, *found.classes, *(f for of in found.files.values() for f in of))
    )
    for split, maps in found.maps.items():
        logs = found.log_probs[split]
        if maps.dtype.kind != "f" or logs.dtype.kind != "f" or logs.shape != maps.shape[:3]:
            _refuse(path, "", N_("the arrays of {split} do not match"), split=printable(split))
    _check_map_values(run, path, found)


def _check_map_values(run: Run, path: Path, found: ClassMaps) -> None:
    planned, epochs = run.recipe().planned_epochs(), found.epochs
    classes = (run.summary() or {}).get("classes", list(found.classes))
    if list(epochs) != sorted({*epochs}) or not all(1 <= each <= planned for each in epochs):
        _refuse(path, "epochs", N_("do not match those planned in the recipe"))
    if len(found.files) > _MAX_SETS or list(found.classes) != list(classes):
        _refuse(path, "classes", N_("its classes do not match summary.json"))
    for split, maps in found.maps.items():
        sound = max(maps.shape[3:]) <= _MAX_SIDE and np.isfinite(maps).all()
        if not sound or np.isnan(found.log_probs[split]).any():
            _refuse(path, f"maps.{printable(split)}", N_("not valid class maps"))


def _check_array(path: Path, name: str, chunks: Iterator[bytes]) -> None:
    """Refuses an array that claims another size than it has, or holds objects."""
    opened = io.BytesIO(next(chunks, b""))
    size = len(opened.getvalue()) + sum(map(len, chunks))
    formats = np.lib.format
    try:
        first = formats.read_magic(opened) == (1, 0)
        read = formats.read_array_header_1_0 if first else formats.read_array_header_2_0
        shape, _, kind = read(opened)
    except ValueError as error:
        _refuse(path, "", f"{name}: {printable(str(error))}")
    if kind.hasobject or math.prod(shape) * kind.itemsize != size - opened.tell():
        _refuse(path, "", N_("{name} does not match its array header"), name=name)


def _check_tensors(run: Run, path: Path) -> None:
    """The sizes, before anything believes them; then the header, which tells what lies where and
    must account for every byte."""
    classes = (run.summary() or run.environment()["data"]).get("classes") or ()
    layers = network_layers(run.recipe(), len(classes) or _UNTOLD_CLASSES)
    copies = 2 if path.stem == "optimizer" else 1  # numbers for each weight of the network
    weights = sum(layer.params for layer in layers)
    most = _MAX_HEADER + 5 * copies * weights  # four bytes, and what batch norms measured
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
    if header > _MAX_HEADER or path.stat().st_size > most:
        _refuse(
            path, "", N_("larger than the recipe's network needs ({size:.0f} MB)"), size=most / 1e6
        )
    try:
        with safe_open(path, framework="numpy") as opened:
            opened.keys()
    except (SafetensorError, OSError, ValueError) as error:
        _refuse(path, "", printable(str(error)))


_CHECKS: dict[str, Callable[[Run, Path], object]] = {
    "recipe.yaml": lambda run, path: run.recipe(),
    "environment.json": _check_environment,
    "summary.json": _check_summary,
    "annotations.json": _check_annotations,
    **dict.fromkeys(("history.csv", "batches.csv", "timing.csv"), _check_table),
    **dict.fromkeys((*_ANSWERS, "drift.csv"), _check_table),
    "cams.npz": _check_class_maps,
    **dict.fromkeys(("diagnosis.json", "controls.json"), _check_json),
    "weights.safetensors": _check_tensors,
    "checkpoint/state.json": _check_checkpoint,
    **{
        f"checkpoint/{name}.safetensors": _check_tensors
        for name in ("weights", "optimizer", "best", "first")
    },
    "log.txt": _check_log,
}
