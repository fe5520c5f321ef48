"""The figures of scores: a dot per run or group with its interval, and grey marks for what costs no
training; and scores against the number that a batch varies."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.base import palette
from core.base.language import N_, _, translate
from core.base.palette import GREY
from core.compare.tables import SCORE_TITLES
from core.plots.figures import error_bars, escape_label, layout

_CONTROL_MARKERS = (  # what costs no training, by column of the dots: symbol, words
    ("constant", "line-ns", N_("constant answer")),
    ("frozen", "diamond-open", N_("frozen backbone + logistic regression")),
    ("untrained", "x-thin", N_("untrained weights")),
)

_TITLES = {*SCORE_TITLES.values(), N_("accuracy")}  # others are names of sets


def score_dots(
    scores: pd.DataFrame,
    colours: Mapping[str, str],
    number_format: str = ".0%",
    axis_max: float = 1.0,
) -> go.Figure:
    """Scores of one set as dots with their 95% intervals (a group's: lowest to highest run, with
    a tick at each), and grey marks where the constant answer and the controls are.

    scores: a row per item and score, with columns run, label, title, value, low, high, constant,
    words and, where they are known, frozen, untrained and members (core.compare.score_tables makes
    them). number_format: how a number is written; axis_max: where the axis ends at least."""
    titles = list(dict.fromkeys(scores["title"]))
    told = {title: translate(title) if title in _TITLES else title for title in titles}
    runs = list(dict.fromkeys(scores["run"]))
    figure = go.Figure()
    parted = palette.assign_markers(colours)
    lanes = 1 if scores["title"].is_unique else len(runs)  # side by side within a title
    gap = 0.7 / max(lanes, 1)
    for column, symbol, words in _CONTROL_MARKERS:
        if column not in scores:
            continue
        marks = _control_segments(scores, column, titles, runs, gap)
        hover = f"{translate(words)}: %{{x:{number_format}}}<extra></extra>"
        figure.add_scatter(
            x=[x for value, _, _ in marks for x in (value, value, None)],
            y=[y for _, low, high in marks for y in (low, high, None)],
            mode="lines",
            line={"color": GREY, "width": 4 if column == "constant" else 1.5},
            hovertemplate=hover,
        )
        if column != "constant":
            edge = {"color": GREY, "width": 2.5}
            figure.add_scatter(
                x=[value for value, _, _ in marks],
                y=[low for _, low, _ in marks],
                mode="markers",
                marker={"symbol": symbol, "size": 10, "color": GREY, "line": edge},
                hovertemplate=hover,
            )
    for number, run in enumerate(runs):
        rows = scores[scores["run"] == run]
        shift = (number - (lanes - 1) / 2) * gap if lanes > 1 else 0.0
        y = [titles.index(title) + shift for title in rows["title"]]
        if "members" in rows:
            figure.add_trace(member_markers(rows, y, [colours[run]] * len(rows)))
        names = [escape_label(told[title]) for title in rows["title"]]
        figure.add_scatter(
            x=rows["value"],
            y=y,
            mode="markers",
            name=escape_label(str(rows["label"].iloc[0])),
            marker={"color": colours[run], "size": 13, "symbol": parted[run].symbol},
            error_x=error_bars(rows, colours[run]),
            customdata=[*zip(names, rows["words"], strict=True)],
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
        )
    between: dict[str, Any] = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "opacity": 0.5}
    between["line"] = {"color": GREY, "width": 0.5}
    # At once: `add_hline` looks at every line before it.
    lines = [between | {"y0": row - 0.5, "y1": row - 0.5} for row in range(1, len(titles))]
    height = 70 + len(titles) * (26 + 22 * lanes)
    figure.update_layout(**layout(height, "closest"), showlegend=False, shapes=lines)
    most = max(axis_max, float(scores["high"].max())) * 1.03
    figure.update_xaxes(
        range=[-0.03 * most, most],
        tickformat=number_format,
        fixedrange=True,
        dtick=0.25 if most < 1.1 else 1,
    )
    figure.update_yaxes(
        tickvals=list(range(len(titles))),
        ticktext=[escape_label(told[title]) for title in titles],
        tickfont={"size": 13},
        range=[len(titles) - 0.45, -0.55],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    return figure


def _control_segments(
    scores: pd.DataFrame, column: str, titles: Sequence[str], runs: Sequence[str], gap: float
) -> list[tuple[float, float, float]]:
    """Grey marks: value, where it begins and ends. One for all items where they have the same,
    else each at its item's own dot."""
    marks = []
    for title, rows in scores.dropna(subset=[column]).groupby("title", sort=False):
        place = titles.index(title)
        if rows[column].nunique() == 1:
            marks.append((float(rows[column].iloc[0]), place - 0.38, place + 0.38))
            continue
        for run, value in zip(rows["run"], rows[column], strict=True):
            middle = place + (runs.index(run) - (len(runs) - 1) / 2) * gap
            marks.append((float(value), middle - gap / 2, middle + gap / 2))
    return marks


def member_markers(
    rows: pd.DataFrame,
    positions: Sequence[float],
    row_colours: Sequence[str],
    vertical: bool = False,
) -> go.Scatter:
    """A mark per run of a group, nothing for a run alone: a tick in the row at its place or, where
    scores stand upright over their places, a small dot.

    rows: with `members`, the runs' scores. places, row_colours: one per row."""
    points = [
        (value, place, colour)
        for members, place, colour in zip(rows["members"], positions, row_colours, strict=True)
        if len(members) > 1
        for value in members
    ]
    values, at = [value for value, _, _ in points], [place for _, place, _ in points]
    colours = [colour for *_, colour in points]
    tick = {"symbol": "line-ns", "size": 14, "line": {"color": colours, "width": 2}}
    dot = {"size": 6, "color": colours, "line": {"width": 1, "color": "white"}}
    return go.Scatter(
        x=at if vertical else values,
        y=values if vertical else at,
        mode="markers",
        marker=dot if vertical else tick,
        hoverinfo="skip",
        showlegend=False,
    )


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
    the lowest to the highest of its runs (of a run alone its 95% interval), a small dot at each.
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
