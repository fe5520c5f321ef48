"""The scores of many items as columns of dots, an item a row, the best at the top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.base.language import _, translate
from core.base.palette import GREY
from core.compare.colours import ColourScheme
from core.compare.score_tables import (
    Controls,
    dots_of_test_set,
    drawn_test_sets,
    headline_set,
    lift_dots,
    validation_dots,
)
from core.compare.tables import SCORE_TITLES
from core.plots.figures import error_bars, escape_label
from core.store.groups import Group

_ROW, _MOST = 20, 1300  # pixels of a row, of the figure without its margins
_GAP = 0.025  # between columns, as a share of the width
_NAMED = 60  # items whose names fit beside their rows


@dataclass(frozen=True)
class RankedColumn:
    """A column: title, rows of core.compare.score_tables, how numbers are written, where the axis
    ends."""

    title: str
    rows: pd.DataFrame
    number_format: str = ".0%"
    axis_max: float = 1.0


def ranked_columns(items: Sequence[Group], controls: Controls) -> list[RankedColumn]:
    """Validation, then each test set by its sharpest score, then lift on the hardest; without
    those that no item has."""
    found = [RankedColumn(_("validation"), validation_dots(items, controls))]
    hard = headline_set(items)
    for name in drawn_test_sets(items):
        dots = dots_of_test_set(items, controls, name)
        for score in ("object", "primary") if name == hard else ("primary",):
            rows = dots[dots["title"] == SCORE_TITLES[score]]
            if len(rows):
                found.append(RankedColumn(f"{name}<br>{translate(SCORE_TITLES[score])}", rows))
                break
    lifts = lift_dots(items, controls)
    rows = lifts[lifts["title"] == hard]
    found.append(RankedColumn(f"{hard}<br>{_('lift')}", rows, ".1f", 2.0))
    return [column for column in found if len(column.rows)]


def ranked_scores(columns: Sequence[RankedColumn], colour_scheme: ColourScheme) -> go.Figure:
    """A dot per item with its interval (of a group: from its lowest to its highest run), and a grey
    line at the best constant answer. Rows are in the order of the last column but lift's."""
    by = columns[-2] if len(columns) > 1 and columns[-1].number_format != ".0%" else columns[-1]
    best_last = by.rows.sort_values("value", kind="stable")["run"]
    everyone = dict.fromkeys(run for column in columns for run in column.rows["run"])
    order = [run for run in everyone if run not in set(best_last)] + list(best_last)
    place = {run: number for number, run in enumerate(order)}
    labels = {run: label for c in columns for run, label in zip(c.rows["run"], c.rows["label"])}
    # Plotly's make_subplots and its updates take four times as long to put the same together.
    traces, axes, lines = [], {}, []
    for number, column in enumerate(columns, start=1):
        axis = f"x{number}"
        traces.append(_dots(column.rows, axis, place, colour_scheme))
        axes[f"xaxis{number}"] = _axis(column, number - 1, len(columns))
        constants = column.rows["constant"].dropna()
        if len(constants) and constants.nunique() == 1:
            place_of = {"xref": axis, "yref": "y domain", "y0": 0, "y1": 1}
            value, line = float(constants.iloc[0]), {"color": GREY, "width": 3}
            lines.append(place_of | {"type": "line", "x0": value, "x1": value, "line": line})
    named = len(order) <= _NAMED
    return go.Figure(
        traces,
        {
            **axes,
            "yaxis": {
                "tickvals": list(place.values()) if named else [],
                "ticktext": [_short(labels[run]) for run in order] if named else [],
                "range": [-0.7, len(order) - 0.3],
                "fixedrange": True,
                "zeroline": False,
                "showgrid": False,
            },
            "shapes": lines,
            "height": 90 + min(_ROW * len(order), _MOST),
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "hovermode": "closest",
        },
    )


def _dots(
    rows: pd.DataFrame, axis: str, place: Mapping[str, int], colour_scheme: ColourScheme
) -> dict[str, Any]:
    labels = map(escape_label, rows["label"])
    return {
        "type": "scatter",
        "x": rows["value"],
        "y": rows["run"].map(place),
        "xaxis": axis,
        "mode": "markers",
        "marker": {
            "size": 9,
            "color": [colour_scheme.colours[run] for run in rows["run"]],
            "symbol": [colour_scheme.marker(run).symbol for run in rows["run"]],
        },
        "error_x": error_bars(rows, GREY) | {"thickness": 1.5},
        "customdata": [*zip(labels, rows["words"], strict=True)],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        "showlegend": False,
    }


def _axis(column: RankedColumn, place: int, count: int) -> dict[str, Any]:
    """The axis of a column, side by side with the others."""
    most = max(column.axis_max, float(column.rows["high"].max())) * 1.03
    width = (1 - _GAP * (count - 1)) / count
    left = place * (width + _GAP)
    return {
        "domain": [left, min(left + width, 1.0)],
        "title": {"text": column.title},
        "range": [-0.03 * most, most],
        "side": "top",
        "tickformat": column.number_format,
        "fixedrange": True,
        "nticks": 4,
    }


def _short(label: str) -> str:
    return escape_label(label if len(label) <= 28 else f"{label[:27]}…")
