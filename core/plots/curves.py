"""The figure of training curves of many items, panel under panel on one axis: a line each, or of
very many bands for all and lines for a few."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.base.language import N_, _, translate
from core.base.palette import GREY
from core.compare.colours import MAX_COLOURS, ColourScheme
from core.compare.curves import Axis, CurveMatrix, Line, has_zero_loss
from core.plots import figures
from core.plots.figures import escape_label

_TITLES = {
    "train_loss": N_("training loss"),
    "val_loss": N_("validation loss"),
    "val_accuracy": N_("validation accuracy"),
}
_UNITS = {
    "epoch": N_("epoch"),
    "step": N_("step (batches processed)"),
    "seconds": N_("seconds since the start"),
}
_HEIGHT = 270  # pixels of a panel
_FEW_DECADES, _MOST_DECADES = 3, 8  # of a panel's losses: with 2 and 5 between; each written
_GAP = 0.07  # between panels, as a share of the figure's height
# Room for what is written at the axes, so that Plotly need not measure it: a quarter of its time.
_MARGIN = {"l": 64, "r": 8, "t": 34, "b": 48}


def curve_panels(
    lines: Sequence[Line],
    titles: Mapping[str, str],
    colour_scheme: ColourScheme,
    axis: Axis,
    log: bool = False,
    raw: bool = False,
) -> go.Figure:
    """Loss above accuracy, on one x axis, so that a zoom in one is a zoom in all.

    Of few items training (dotted) and validation loss share a panel, and groups have their band; of
    many, each curve has its own panel and no band. titles: by item id. log: of the losses. raw:
    draws what was smoothed away faintly behind. A trace's `meta` is its item's id."""
    many = len(colour_scheme.colours) > MAX_COLOURS
    panels: list[tuple[str, ...]] = [("train_loss", "val_loss"), ("val_accuracy",)]
    if many:
        panels = [("train_loss",), ("val_loss",), ("val_accuracy",)]
    traces: list[dict[str, object]] = []
    values: list[NDArray[np.float64]] = []
    shown: set[str] = set()
    # Plotly's make_subplots and its updates take far longer to put the same together.
    for number, curves in enumerate(panels, start=1):
        found = [line for curve in curves for line in lines if line.curve == curve]
        if log and "val_accuracy" not in curves:
            found = _clip_zeros(found)
        drawn = _background_traces(found, colour_scheme, raw, bands=not many)
        drawn += _traces(found, titles, colour_scheme, many, shown)
        traces += [trace | {"xaxis": f"x{number}", "yaxis": f"y{number}"} for trace in drawn]
        values.append(np.concatenate([[], *(line.points["raw"] for line in found)]))
    layout = panel_layout(panels, values, axis, log)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
    hover = "closest" if many else "x unified"
    return go.Figure(traces, layout | {"hovermode": hover, "legend": legend})


def panel_layout(
    panels: Sequence[tuple[str, ...]], values: Sequence[NDArray[np.float64]], axis: Axis, log: bool
) -> dict[str, object]:
    """The layout of a panel above the other, each with its curves (core.store.groups.CURVES), on
    one x axis. values: all that a panel shows."""
    layout: dict[str, object] = {
        "height": _HEIGHT * len(panels) + 40,
        "margin": _MARGIN,
        "uirevision": axis,  # a zoom stays when another control changes
    }
    for number, (curves, found) in enumerate(zip(panels, values, strict=True), start=1):
        last, unit = number == len(panels), translate(_UNITS[axis])
        layout[f"xaxis{number}"] = {
            "anchor": f"y{number}",
            "matches": "x",
            "automargin": False,
            "showticklabels": last,
            "title": {"text": unit if last else ""},
        }
        layout[f"yaxis{number}"] = {
            "anchor": f"x{number}",
            "domain": _panel_domain(number, len(panels)),
            **_y_axis(curves, found, log),
        }
    return layout


def _clip_zeros(lines: list[Line]) -> list[Line]:
    """The lines with what is 0 a decade below everything else; `told` holds what it was."""
    if not has_zero_loss(lines):
        return lines
    columns = ["value", "raw", "low", "high"]
    values = pd.concat([line.points[columns] for line in lines])
    least = values[values > 0].min(axis=None)
    foot = least / 10 if least > 0 else 1e-9
    clipped = [
        line.points.assign(told=line.points["value"], **line.points[columns].clip(lower=foot))
        for line in lines
    ]
    return [replace(line, points=points) for line, points in zip(lines, clipped, strict=True)]


def _panel_domain(number: int, count: int) -> list[float]:
    """Where a panel's axis begins and ends, from 0 at the figure's foot to 1 at its top."""
    high = (1 - _GAP * (count - 1)) / count
    top = 1 - (number - 1) * (high + _GAP)
    return [max(top - high, 0.0), top]


def _traces(
    lines: Sequence[Line],
    titles: Mapping[str, str],
    colour_scheme: ColourScheme,
    many: bool,
    legend_items: set[str],
) -> list[dict[str, object]]:
    """A trace per line. legend_items: the items that are in the legend already; it grows."""
    order = {id_: place for place, id_ in enumerate(dict.fromkeys(line.item for line in lines))}
    traces = []
    for line in lines:
        dotted, marker = line.curve == "train_loss" and not many, colour_scheme.marker(line.item)
        wide = figures.overlap_width(order[line.item], len(order), 2.2, 2)
        name = escape_label(titles[line.item])
        in_legend = not many and not dotted and line.item not in legend_items
        if in_legend:
            legend_items.add(line.item)
        value = "customdata" if "told" in line.points else "y"
        form = ".0%" if line.curve == "val_accuracy" else ".3g"
        words = "" if many or form == ".0%" else f" {translate(_TITLES[line.curve])}"
        traces.append(
            {
                "type": "scatter",
                "x": line.points["x"].to_numpy(),
                "y": line.points["value"].to_numpy(),
                "name": name,
                "meta": line.item,
                "legendgroup": line.item,
                "showlegend": in_legend,
                "mode": "lines+markers" if len(line.points) < 3 or marker.dash else "lines",
                "line": {
                    "color": colour_scheme.colours[line.item],
                    "dash": "dot" if dotted else marker.dash or "solid",
                    "width": 1.5 if many else 1.8 if dotted else wide,
                },
                "customdata": line.points.get("told"),
                "marker": {"symbol": marker.symbol, "maxdisplayed": 12},
                "hovertemplate": (f"<b>{name}</b><br>" if many else "")
                + f"%{{{value}:{form}}}{words}<extra>{'' if many else name}</extra>",
            }
        )
    return traces


def _background_traces(
    lines: Sequence[Line], colour_scheme: ColourScheme, raw: bool, bands: bool
) -> list[dict[str, object]]:
    """What stands faintly behind the lines: a group's band, and the values before smoothing. Lines
    of one colour are one trace, as hundreds of traces are slow to draw."""
    traces: list[dict[str, object]] = []
    for line in lines if bands else ():
        points = line.points
        if (points["low"] < points["high"]).any() and line.curve != "train_loss":
            colour = colour_scheme.colours[line.item]
            area = figures.band(points["x"], points["low"], points["high"], colour)
            traces.append(area | {"legendgroup": line.item})
    by_colour: dict[str, list[pd.DataFrame]] = {}
    for line in lines if raw else ():
        gap = pd.DataFrame({"x": [None], "raw": [None]}, dtype=float)
        by_colour.setdefault(colour_scheme.colours[line.item], []).extend(
            [line.points[["x", "raw"]], gap]
        )
    for colour, parts in by_colour.items():
        rows = pd.concat(parts)
        traces.append(
            {
                "type": "scatter",
                "x": rows["x"].to_numpy(),
                "y": rows["raw"].to_numpy(),
                "mode": "lines",
                "line": {"width": 1, "color": colour},
                "opacity": 0.3,
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    return traces


def _y_axis(curves: tuple[str, ...], values: NDArray[np.float64], log: bool) -> dict[str, object]:
    # A drag zooms along the shared axis only.
    look: dict[str, object] = {"fixedrange": True, "automargin": False}
    if curves == ("val_accuracy",):
        title = translate(_TITLES["val_accuracy"])
        return look | {"title": {"text": title}, "range": [-0.03, 1.05], "tickformat": ".0%"}
    title = translate(_TITLES[curves[0]]) if len(curves) == 1 else _("loss")
    # 5e-4, as learning rates are written; Plotly would say 500μ.
    look |= {"title": {"text": title}, "rangemode": "tozero", "exponentformat": "e"}
    if log:
        look |= {"type": "log", "exponentformat": "power", "dtick": _log_dtick(values)}
    return look


def _log_dtick(values: NDArray[np.float64]) -> str | int | None:
    """What is written at a logarithmic axis: 1, 2, 5, 10; over many decades only every so many of
    them, as a panel has no room for more; within one what Plotly finds (None), as there might be
    none of these."""
    values = values[(values > 0) & np.isfinite(values)]
    decades = math.log10(values.max() / values.min()) if len(values) else 0.0
    if decades < 1:
        return None
    return "D2" if decades <= _FEW_DECADES else math.ceil(decades / _MOST_DECADES)


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


def _rows_by_colour(
    matrix: CurveMatrix, rows: Iterable[int], colour_scheme: ColourScheme
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(colour_scheme.colours[matrix.items[row]], []).append(row)
    return found


def _bands(matrix: CurveMatrix, colour_scheme: ColourScheme) -> list[dict[str, object]]:
    everything = range(len(matrix.items))
    low, high = matrix.quantiles(everything, 0, 1)
    known = ~np.isnan(low)
    found = [figures.band(matrix.x[known], low[known], high[known], GREY, 0.14)]
    by_colour = _rows_by_colour(matrix, everything, colour_scheme)
    middles = {colour: matrix.quantiles(r, 0.25, 0.5, 0.75) for colour, r in by_colour.items()}
    for colour, q in middles.items():
        known = ~np.isnan(q[0])
        x, low, high = (values[known] for values in (matrix.x, q[0], q[2]))
        found.append(figures.band(x, low, high, colour, 0.25))
    for colour, q in middles.items():
        line = {"color": colour, "width": 3}
        found.append({"x": matrix.x, "y": q[1], "mode": "lines", "line": line, "hoverinfo": "skip"})
    return found


def _lines(
    matrix: CurveMatrix, colour_scheme: ColourScheme, drawn: Sequence[str]
) -> list[dict[str, object]]:
    """A trace per colour, with a gap between lines."""
    by_colour = _rows_by_colour(matrix, matrix.rows_of(drawn), colour_scheme)
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
