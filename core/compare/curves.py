"""Training curves of items (core.compare.selection) along epochs, steps or seconds, smoothed on
demand; of very many items as a distribution: where most lie, and which ones stand out."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.store.fields import SCORE_KEYS
from core.store.groups import CURVES, Group, mean_curves

Axis = Literal["epoch", "step", "seconds"]
AXES: tuple[Axis, ...] = ("epoch", "step", "seconds")
MAX_POINTS = 400  # of a line; a screen shows no more
Frames = Mapping[str, pd.DataFrame]  # a file of each run, by run id
Points = dict[str, NDArray[np.float64]]  # columns of a Line, all of one length


@dataclass(frozen=True)
class Line:
    """One curve of an item: columns x, value (smoothed), raw, low, high (a group's lowest and
    highest run, unsmoothed; the same as raw for one run). curve: one of CURVES."""

    item: str
    curve: str
    points: pd.DataFrame


def build_lines(
    items: Sequence[Group],
    histories: Frames,
    batches: Frames,
    timings: Frames,
    axis: Axis,
    smoothing: float = 0.0,
) -> list[Line]:
    """The curves of every item that has finished an epoch; a group's are means over its runs.

    By epoch and by seconds, training loss is the mean of each epoch; by step it is the loss of
    every batch. Seconds are those since the run began, all its phases counted. batches: needed by
    step, timings: by seconds. smoothing: 0..1 of `smoothed`."""
    found = []
    for item in items:
        for curve, points in item_curves(item, histories, batches, timings, axis, smoothing):
            kept = _thinned(len(points["x"]))
            points = {name: values[kept] for name, values in points.items()}
            found.append(Line(item.id, curve, pd.DataFrame(points)))
    return found


def item_curves(
    item: Group,
    histories: Frames,
    batches: Frames,
    timings: Frames,
    axis: Axis,
    smoothing: float = 0.0,
) -> Iterator[tuple[str, Points]]:
    """The curves of one item at all of their points, as `build_lines` describes them."""
    ids = [row.id for row in item.members if not _frame(histories, row.id).empty]
    if item.repeats == 1:
        ids = ids[-1:]  # of the same run made twice the newer one
    if not ids:
        return
    means = histories[ids[0]] if len(ids) == 1 else mean_curves([histories[i] for i in ids])
    x = means["epoch"]
    if axis != "epoch":
        ends = [_epoch_ends(_frame(batches, id_), _frame(timings, id_), axis) for id_ in ids]
        x = x.map(pd.concat(ends).groupby(level=0).mean())
    for curve in CURVES:
        points = (
            _batch_points([_frame(batches, id_) for id_ in ids])
            if (axis == "step" and curve == "train_loss")
            else _points(means, x, curve)
        )
        if len(points["x"]):
            points["value"] = smoothed(points["raw"], smoothing)
            yield curve, points


def smoothed(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Each point as the weighted mean of itself and all before it, where each earlier point counts
    `weight` times (0..1) as much as the one after it: an exponential moving average that is not
    drawn towards 0 at its beginning (Kingma & Ba 2015, section 3). Missing values stay missing."""
    if weight <= 0:
        return values
    found = np.full(len(values), np.nan)
    total = count = 0.0
    for place, value in enumerate(values.tolist()):
        if math.isnan(value):
            continue
        total, count = weight * total + value, weight * count + 1
        found[place] = total / count
    return found


def has_zero_loss(lines: Sequence[Line]) -> bool:
    """Whether a loss is exactly 0, for which a logarithmic axis has no place."""
    losses = [line.points for line in lines if line.curve != "val_accuracy"]
    return any((points[["value", "raw"]] <= 0).any(axis=None) for points in losses)


def curve_table(lines: Sequence[Line], titles: Mapping[str, str], axis: Axis) -> pd.DataFrame:
    """The numbers of the figure: run, curve, the axis, value, raw, low, high."""
    frames = [
        line.points.rename(columns={"x": axis}).assign(run=titles[line.item], curve=line.curve)
        for line in lines
    ]
    columns = ["run", "curve", axis, "value", "raw", "low", "high"]
    return pd.concat(frames)[columns] if frames else pd.DataFrame(columns=columns)


def _frame(frames: Frames, id_: str) -> pd.DataFrame:
    return frames.get(id_, pd.DataFrame())


def _points(means: pd.DataFrame, x: pd.Series, curve: str) -> Points:
    columns = {"x": x, "raw": means[curve]}
    columns |= {end: means.get(f"{curve}_{end}", means[curve]) for end in ("low", "high")}
    points = {name: values.to_numpy(float) for name, values in columns.items()}
    known = ~(np.isnan(points["x"]) | np.isnan(points["raw"]))
    return {name: values[known] for name, values in points.items()}


def _batch_points(batches: Sequence[pd.DataFrame]) -> Points:
    """The loss of every batch, over several runs its mean, lowest and highest."""
    begun = [frame for frame in batches if len(frame)]
    if not begun:
        return {"x": np.empty(0)}
    means = (
        pd.concat(begun).groupby("step")["loss"].agg(raw="mean", low="min", high="max", n="size")
    )
    means = means[means["n"] >= min(2, len(begun))].drop(columns="n")
    means = means.rename_axis("x").reset_index()
    return {str(name): values.to_numpy(float) for name, values in means.items()}


def _epoch_ends(batches: pd.DataFrame, timing: pd.DataFrame, axis: Axis) -> pd.Series:
    """Where on the axis each epoch of a run ended, by epoch."""
    if axis == "step" and len(batches):
        return batches.groupby("epoch")["step"].max()
    if axis == "seconds" and len(timing):
        return timing.groupby("epoch")["seconds"].sum().sort_index().cumsum()
    return pd.Series(dtype=float)


def _thinned(count: int) -> list[int]:
    """Of so many points the places of every n-th one, and of the last."""
    step = max(1, -(-count // MAX_POINTS))
    return sorted({*range(0, count, step), count - 1})


MANY = 60  # items from which on bands stand for their lines
MAX_LINES = 30  # lines that are drawn over the bands
EXTREMES = 3  # the best and the worst so many are drawn as lines
_POINTS = 120  # of a line; more cannot be told apart where so many lie over each other


@dataclass(frozen=True)
class CurveMatrix:
    """One curve of many items at the same places. items: ids; x: shape (points,); values: shape
    (items, points), NaN where an item has not begun yet or has ended."""

    items: tuple[str, ...]
    x: NDArray[np.float64]
    values: NDArray[np.float64]

    def rows_of(self, ids: Sequence[str]) -> list[int]:
        """The rows of those items that have the curve, in the order of `ids`."""
        number = {id_: row for row, id_ in enumerate(self.items)}
        return [number[id_] for id_ in ids if id_ in number]

    def quantiles(self, rows: Sequence[int], *shares: float) -> NDArray[np.float64]:
        """Quantiles over these rows at each place, shape (shares, points); NaN where none is."""
        found = np.full((len(shares), len(self.x)), np.nan)
        values = self.values[list(rows)]
        known = ~np.isnan(values).all(axis=0)
        if known.any():
            found[:, known] = np.nanquantile(values[:, known], shares, axis=0)
        return found


def curve_matrices(
    items: Sequence[Group],
    histories: Frames,
    batches: Frames,
    timings: Frames,
    axis: Axis,
    smoothing: float = 0.0,
) -> dict[str, CurveMatrix]:
    """The curves of all items by name (core.store.groups.CURVES); arguments as of
    core.compare.curves.build_lines. By epoch every epoch is a place while there are at most 120;
    else places are spread evenly and values interpolated."""
    points: dict[str, dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]] = {}
    for item in items:
        for curve, found in item_curves(item, histories, batches, timings, axis, smoothing):
            points.setdefault(curve, {})[item.id] = found["x"], found["value"]
    return {curve: _matrix(lines, axis) for curve, lines in points.items()}


def _matrix(
    lines: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]], axis: Axis
) -> CurveMatrix:
    first = min(x[0] for x, _ in lines.values())
    last = max(x[-1] for x, _ in lines.values())
    places = np.linspace(first, last, _POINTS)
    if axis == "epoch" and last - first < _POINTS:
        places = np.arange(first, last + 1)
    values = [np.interp(places, x, value, left=np.nan, right=np.nan) for x, value in lines.values()]
    return CurveMatrix(tuple(lines), places, np.array(values))


def ranked_by(items: Sequence[Group]) -> tuple[str, list[str]]:
    """What many items are ranked by, and the ids of those that have it, the best first: the score
    furthest from the training photos that at least half of them have; without any, no item."""
    for key in SCORE_KEYS:
        means = {item.id: np.mean(found) for item in items if (found := item.field_numbers(key))}
        if 2 * len(means) >= len(items):
            return key, sorted(means, key=means.__getitem__, reverse=True)
    return "", []


def matrix_table(
    matrices: Mapping[str, CurveMatrix], titles: Mapping[str, str], axis: Axis
) -> pd.DataFrame:
    """The numbers of the figure: run, curve, the axis, value."""
    frames = []
    for curve, matrix in matrices.items():
        wide = pd.DataFrame(matrix.values.T, matrix.x, [titles[id_] for id_ in matrix.items])
        long = wide.rename_axis(axis).melt(var_name="run", ignore_index=False).reset_index()
        frames.append(long.dropna().assign(curve=curve))
    return pd.concat(frames)[["run", "curve", axis, "value"]]
