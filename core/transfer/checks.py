"""What a run folder must be to leave or to land: every file as the format has it, read by the very
code that pages read it with, and nothing in it that could stop a page or point outside.

Stricter than the readers alone, which let a damaged run show what is left of it.
"""

import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter
from safetensors import SafetensorError, safe_open

from core.base import formatting
from core.base.errors import DataError, InputError, RunError, damaged_text
from core.base.language import N_
from core.data.archive import Limits, open_file_source, printable
from core.recipe.network_layers import network_layers
from core.store.annotations import check_annotations, read_annotations
from core.store.index import read_row
from core.store.run import FORMAT, Run
from core.store.schemas import Count, Number, Strict, validate_data
from core.store.status import Status
from core.transfer import bounds
from core.transfer.manifest import wrong_format_text

_REQUIRED_FILES = ("recipe.yaml", "environment.json", "status.json")
_DONE_FILES = (*_REQUIRED_FILES, "history.csv", "predictions.csv", "summary.json")
_MAX_CLASSES = 1000  # of a run that does not tell its classes
_MAX_HEADER = 1_000_000  # bytes that tell of a file's tensors
_MAPS = Limits(
    files=1000,
    file_bytes=120_000_000,
    total_bytes=120_000_000,
    ratio=2000,
    expected_content=N_("file of class maps"),
)


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
            "{run}: is {state}; only a run that has ended (done, failed or cancelled) can be moved"
        )
        raise RunError(told.format(run=run.id, state=status.state))
    _check_status(run, status)
    if status.state == "done":
        _require_files(run, _DONE_FILES)
    for name, check in _CHECKS.items():
        if (run.path / name).is_file():
            if name.endswith(".csv"):
                bounds.check_row_count(run, name)
            check(run)
    row = read_row(run)
    if row.problem:
        raise RunError(row.problem)
    if not row.field_values:
        raise RunError(f"{run.path}: {N_('tells nothing')}")


def _require_files(run: Run, names: Sequence[str]) -> None:
    for name in names:
        if not (run.path / name).is_file():
            raise RunError(N_("{path}: missing").format(path=run.path / name))


# --- file by file ---------------------------------------------------------------------------------


def _check_status(run: Run, status: Status) -> None:
    """Moments that lack their time zone cannot be compared with others."""
    _strict_json(run, "status.json")
    path = run.path / "status.json"
    if status.epoch < 0 or not status.epoch <= status.epochs <= run.recipe().planned_epochs():
        far = N_("epoch {epoch} of {epochs}").format(epoch=status.epoch, epochs=status.epochs)
        raise RunError(damaged_text(path, far))
    for name in ("created", "started", "heartbeat", "finished"):
        said = getattr(status, name)
        if said and formatting.parse_timestamp(said) is None:
            why = N_("{said} is no time in UTC").format(said=printable(said))
            raise RunError(damaged_text(path, f"{name}: {why}"))


def _check_environment(run: Run) -> None:
    path = run.path / "environment.json"
    _strict_json(run, "environment.json")
    found = run.environment().get("format")
    if found != FORMAT:
        raise RunError(f"{path}: {wrong_format_text(found, FORMAT)}")
    run.estimate()


def _check_annotations(run: Run) -> None:
    try:
        check_annotations(read_annotations(run))
    except RunError as error:
        path = run.path / "annotations.json"
        line = str(error)
        raise RunError(line if str(path) in line else f"{path}: {line}") from None
    _strict_json(run, "annotations.json")


def _json_check(name: str) -> Callable[[Run], None]:
    """As pages read it, and without a number that JSON does not know."""

    def check(run: Run) -> None:
        _strict_json(run, name)
        run.read_optional_json(name)

    return check


def _check_summary(run: Run) -> None:
    _strict_json(run, "summary.json")
    found = run.summary()
    assert found is not None  # the file is there
    bounds.check_summary(run, found)


def _table_check(
    name: str,
    read: Callable[[Run], pd.DataFrame],
    check: Callable[[Run, pd.DataFrame], None],
    *integers: str,
) -> Callable[[Run], None]:
    """integers: columns that count."""

    def check_table(run: Run) -> None:
        table = read(run)
        _check_integers(run, name, table, *integers)
        if len(table):
            check(run, table)

    return check_table


def _answers_check(
    name: str, read: Callable[[Run], pd.DataFrame], *unique: str
) -> Callable[[Run], None]:
    def check(run: Run, table: pd.DataFrame) -> None:
        bounds.check_answers(run, name, table, unique)
        _check_files(run.path / name, {*table.get("split", ()), *table["file"]})

    return _table_check(name, read, check)


def _check_class_maps(run: Run) -> None:
    """The archive inside is looked at before NumPy believes what it says of its sizes."""
    path = run.path / "cams.npz"
    with open_file_source(path, _MAPS) as archive:
        if archive.rejected:
            raise RunError(damaged_text(path, N_("holds more than arrays")))
        try:
            for name in archive.files:
                _check_array(path, printable(name), archive.chunks(name))
        except DataError as error:
            raise RunError(damaged_text(path, error)) from None
    found = run.class_maps()
    assert found is not None  # the file is there
    _check_files(
        path, (*found.files, *found.classes, *(f for of in found.files.values() for f in of))
    )
    for split, maps in found.maps.items():
        logs = found.log_probs[split]
        if maps.dtype.kind != "f" or logs.dtype.kind != "f" or logs.shape != maps.shape[:3]:
            why = N_("the arrays of {split} do not fit").format(split=printable(split))
            raise RunError(damaged_text(path, why))
    bounds.check_class_maps(run, found)


def _check_array(path: Path, name: str, chunks: Iterator[bytes]) -> None:
    """Raises RunError where an array claims another size than it has, or holds objects."""
    opened = io.BytesIO(next(chunks, b""))
    size = len(opened.getvalue()) + sum(map(len, chunks))
    try:
        version = np.lib.format.read_magic(opened)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, kind = read(opened)
    except ValueError as error:
        raise RunError(damaged_text(path, f"{name}: {printable(str(error))}")) from None
    if kind.hasobject or math.prod(shape) * kind.itemsize != size - opened.tell():
        why = N_("{name} is not the array that it claims to be").format(name=name)
        raise RunError(damaged_text(path, why))


def _safetensors_check(name: str, copies: int = 1) -> Callable[[Run], None]:
    """copies: numbers that the file may hold for each weight of the network."""

    def check(run: Run) -> None:
        """The sizes, before anything believes them; then the header, which tells what lies where
        and must account for every byte."""
        path = run.path / name
        layers = network_layers(run.recipe(), len(_classes(run)) or _MAX_CLASSES)
        weights = sum(layer.params for layer in layers)
        most = _MAX_HEADER + 5 * copies * weights  # four bytes, and what batch norms measured
        with path.open("rb") as file:
            header = int.from_bytes(file.read(8), "little")
        if header > _MAX_HEADER or path.stat().st_size > most:
            why = N_("more than the recipe's network needs, {size:.0f} MB")
            raise RunError(damaged_text(path, why.format(size=most / 1e6)))
        try:
            with safe_open(path, framework="numpy") as opened:
                opened.keys()
        except (SafetensorError, OSError, ValueError) as error:
            raise RunError(damaged_text(path, printable(str(error)))) from None

    return check


def _check_checkpoint(run: Run) -> None:
    validate_data(
        _CHECKPOINT, run.path / "checkpoint/state.json", _strict_json(run, "checkpoint/state.json")
    )


def _check_log(run: Run) -> None:
    try:
        (run.path / "log.txt").read_text("utf-8")
    except UnicodeDecodeError:
        raise RunError(f"{run.path / 'log.txt'}: {N_('not UTF-8 text')}") from None


_CHECKS: dict[str, Callable[[Run], object]] = {
    "recipe.yaml": Run.recipe,
    "environment.json": _check_environment,
    "summary.json": _check_summary,
    "annotations.json": _check_annotations,
    "history.csv": _table_check(
        "history.csv", Run.history, bounds.check_history, "epoch", "stage", "cycle"
    ),
    "batches.csv": _table_check("batches.csv", Run.batches, bounds.check_batches, "step", "epoch"),
    "timing.csv": _table_check("timing.csv", Run.timing, bounds.check_timing, "epoch"),
    "predictions.csv": _answers_check(
        "predictions.csv", Run.all_predictions, "kind", "split", "file"
    ),
    "reliance.csv": _answers_check(
        "reliance.csv", Run.reliance, "split", "file", "variant", "fill"
    ),
    "shifted.csv": _answers_check("shifted.csv", Run.shifted, "family", "file", "view"),
    "drift.csv": _table_check("drift.csv", Run.drift, bounds.check_drift, "layer"),
    "cams.npz": _check_class_maps,
    "diagnosis.json": _json_check("diagnosis.json"),
    "controls.json": _json_check("controls.json"),
    "weights.safetensors": _safetensors_check("weights.safetensors"),
    "checkpoint/state.json": _check_checkpoint,
    "checkpoint/weights.safetensors": _safetensors_check("checkpoint/weights.safetensors"),
    "checkpoint/optimizer.safetensors": _safetensors_check("checkpoint/optimizer.safetensors", 2),
    "checkpoint/best.safetensors": _safetensors_check("checkpoint/best.safetensors"),
    "checkpoint/first.safetensors": _safetensors_check("checkpoint/first.safetensors"),
    "log.txt": _check_log,
}


# --- what they share ------------------------------------------------------------------------------


def _classes(run: Run) -> list[str]:
    """The classes as far as they are noted."""
    return list((run.summary() or run.environment()["data"]).get("classes") or ())


def _strict_json(run: Run, name: str) -> dict[str, Any]:
    """An object without NaN, which no file of ours holds and which breaks arithmetic on a page."""
    path = run.path / name

    def refuse(word: str) -> None:
        raise ValueError(N_("{word} is no number").format(word=word))

    try:
        found = json.loads(path.read_text("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise RunError(damaged_text(path, printable(str(error)))) from None
    if not isinstance(found, dict):
        raise RunError(damaged_text(path, N_("not an object")))
    bounds.check_values(path, found)
    return found


def _check_integers(run: Run, name: str, table: pd.DataFrame, *columns: str) -> None:
    """Where a table has rows, these columns count."""
    for column in columns if len(table) else ():
        values = table[column].to_numpy(np.float64)
        if not np.isfinite(values).all() or (values % 1 != 0).any():
            why = N_("{column} holds no whole number somewhere").format(column=column)
            raise RunError(damaged_text(run.path / name, why))


def _check_files(path: Path, names: Iterable[str]) -> None:
    """Raises RunError where a name of a set or photo leads out of the data set's folder."""
    for name in names:
        parts = name.split("/")
        if not name or name[0] == "/" or ".." in parts or "\\" in name or "\0" in name:
            why = N_("{name!r} cannot be the name of a photo").format(name=printable(name))
            raise RunError(damaged_text(path, why))
