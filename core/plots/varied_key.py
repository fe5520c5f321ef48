"""The figure of scores against the number that a batch varies."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from core.base import palette
from core.base.language import _
from core.base.palette import GREY
from core.plots.figures import error_bars, escape_label, layout
from core.plots.scores import member_markers


def scores_by_value(
    lines: Sequence[tuple[str, pd.DataFrame]],
    colours: Mapping[str, str],
    key: str,
    number_format: str = ".0%",
    axis_max: float = 1.0,
    logarithmic: bool = False,
    baseline_name: str = "",
) -> go.Figure:
    """Scores against a number: a point per item, its mean, on a line from item to item; a bar from
    the lowest to the highest of its runs (of a run alone its 95 % interval), a small dot at each.
    A grey line is what needs no training.

    lines: name and rows (core.compare.varied_key.VariedScores) of each score; the first has the
    items' colours, others are dashed and grey. key: the axis' title. number_format: how a score is
    written; axis_max: where its axis ends at least. baseline_name: what the grey line is, if not
    the best constant answer."""
    baseline_name = baseline_name or _("constant answer")
    first = lines[0][1]
    figure = go.Figure().add_scatter(
        x=first["x"],
        y=first["constant"],
        name=baseline_name,
        mode="lines",
        line={"color": GREY, "width": 4},
        hovertemplate=f"{baseline_name}: %{{y:{number_format}}}<extra></extra>",
    )
    paint, marks = [colours[run] for run in first["run"]], palette.assign_markers(colours)
    symbols = [marks[run].symbol for run in first["run"]]
    for name, rows in (*lines[1:], lines[0]):
        others = rows is not first
        marker = {"symbol": "diamond", "size": 8, "color": GREY}
        figure.add_scatter(
            x=rows["x"],
            y=rows["value"],
            name=escape_label(name),
            mode="lines+markers",
            line={"color": GREY, "width": 2, "dash": "dash" if others else "solid"},
            marker=marker if others else {"symbol": symbols, "size": 13, "color": paint},
            error_y=None if others else error_bars(rows, GREY),
            customdata=[*zip(map(escape_label, rows["label"]), rows["words"], strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
        )
    figure.add_trace(member_markers(first, list(first["x"]), paint, vertical=True))
    look = layout(320, "closest")
    look["margin"] = {"l": 48, "r": 8, "t": 34, "b": 48}  # room for the axes, without measuring it
    figure.update_layout(**look, showlegend=True, xaxis_title=key)
    figure.update_xaxes(
        tickvals=list(first["x"]),
        ticktext=[f"{x:g}" for x in first["x"]],
        type="log" if logarithmic else "linear",
        fixedrange=True,
    )
    most = max(axis_max, float(first["high"].max())) * 1.05
    axis = {"tickformat": number_format, "fixedrange": True, "automargin": False}
    figure.update_yaxes(range=[-0.03 * most, most], **axis)
    return figure
