"""The figure of training curves of very many items: bands for all, lines for a few."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.base.palette import GREY
from core.compare.colours import ColourScheme
from core.compare.curves import Axis
from core.compare.many_curves import CurveMatrix
from core.plots.curves import panel_layout

_POINTED = 40  # places of a line at which it can be pointed at
Values = NDArray[np.float64]


def many_curve_panels(
    matrices: Mapping[str, CurveMatrix],
    titles: Mapping[str, str],
    colour_scheme: ColourScheme,
    drawn: Sequence[str],
    axis: Axis,
    log: bool = False,
) -> go.Figure:
    """A panel per curve: the range of all items, the middle half and median of those of each
    colour, and the lines of the items `drawn` (ids).

    Every item can be pointed at: an invisible trace holds the lines of all, `meta` their names and
    how many points each has (pages/widgets/ui/plot.js draws the one under the pointer)."""
    traces: list[dict[str, object]] = []
    values = {}
    for number, (curve, matrix) in enumerate(matrices.items(), start=1):
        positive = matrix.values[matrix.values > 0]
        if log and curve != "val_accuracy" and len(positive):  # 0 a decade below everything else
            foot = positive.min() / 10
            matrix = CurveMatrix(matrix.items, matrix.x, matrix.values.clip(min=foot))
        values[curve] = matrix.values.ravel()
        found = [
            *_bands(matrix, colour_scheme),
            *_lines(matrix, colour_scheme, drawn),
            _pointed(matrix, titles, colour_scheme, curve),
        ]
        traces += [
            {"type": "scatter", "showlegend": False, "xaxis": f"x{number}", "yaxis": f"y{number}"}
            | trace
            for trace in found
        ]
    layout = panel_layout([(curve,) for curve in matrices], list(values.values()), axis, log)
    return go.Figure(traces, layout | {"hovermode": "closest", "hoverdistance": -1})


def _bands(matrix: CurveMatrix, colour_scheme: ColourScheme) -> list[dict[str, object]]:
    everything = range(len(matrix.items))
    low, high = matrix.quantiles(everything, 0, 1)
    found = [_area(matrix.x, low, high, GREY, 0.14)]
    by_colour: dict[str, list[int]] = {}
    for row, id_ in enumerate(matrix.items):
        by_colour.setdefault(colour_scheme.colours[id_], []).append(row)
    middles = {colour: matrix.quantiles(r, 0.25, 0.5, 0.75) for colour, r in by_colour.items()}
    found += [_area(matrix.x, q[0], q[2], colour, 0.25) for colour, q in middles.items()]
    for colour, q in middles.items():
        line = {"color": colour, "width": 3}
        found.append({"x": matrix.x, "y": q[1], "mode": "lines", "line": line, "hoverinfo": "skip"})
    return found


def _area(x: Values, low: Values, high: Values, colour: str, opacity: float) -> dict[str, object]:
    known = ~np.isnan(low)
    return {
        "x": np.concatenate([x[known], x[known][::-1]]),
        "y": np.concatenate([high[known], low[known][::-1]]),
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": colour,
        "opacity": opacity,
        "hoverinfo": "skip",
    }


def _lines(
    matrix: CurveMatrix, colour_scheme: ColourScheme, drawn: Sequence[str]
) -> list[dict[str, object]]:
    """A trace per colour, with a gap between lines."""
    rows = matrix.rows_of(drawn)
    by_colour: dict[str, list[int]] = {}
    for row in rows:
        by_colour.setdefault(colour_scheme.colours[matrix.items[row]], []).append(row)
    gap = np.array([np.nan])
    return [
        {
            "x": np.tile(np.concatenate([matrix.x, gap]), len(own)),
            "y": np.concatenate([part for row in own for part in (matrix.values[row], gap)]),
            "mode": "lines",
            "line": {"color": colour, "width": 1.2},
            "hoverinfo": "skip",
        }
        for colour, own in by_colour.items()
    ]


def _pointed(
    matrix: CurveMatrix, titles: Mapping[str, str], colour_scheme: ColourScheme, curve: str
) -> dict[str, object]:
    places = np.unique(np.linspace(0, len(matrix.x) - 1, _POINTED).round().astype(int))
    return {
        "x": np.tile(matrix.x[places], len(matrix.items)).astype(np.float32),
        "y": matrix.values[:, places].ravel().astype(np.float32),
        "mode": "none",
        "hoverinfo": "none",
        "meta": {
            "names": [titles[id_] for id_ in matrix.items],
            "colours": [colour_scheme.colours[id_] for id_ in matrix.items],
            "size": len(places),
            "percent": curve == "val_accuracy",
        },
    }
