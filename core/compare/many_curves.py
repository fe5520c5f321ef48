"""Training curves of so many items that they are shown as a distribution: where most of them lie,
and which ones stand out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.compare.curves import Axis, Frames, item_curves
from core.store.fields import SCORE_KEYS
from core.store.groups import Group

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
