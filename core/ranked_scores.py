"""The scores of many items as columns of dots, an item a row, the best at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.charts import GREY, plain_name, spread_bars
from core.score_tables import Controls, hard_set, lift_dots, set_dots, sets_of, validation_dots
from core.store.groups import Group
from core.tables import SCORE_TITLES
from core.words import retell, say

_ROW, _MOST = 20, 1300  # pixels of a row, of the figure without its margins
_NAMED = 60  # items whose names fit beside their rows


@dataclass(frozen=True)
class RankedColumn:
    """A column: title, rows of core.score_tables, how numbers are written, where the axis ends."""

    title: str
    rows: pd.DataFrame
    form: str = ".0%"
    top: float = 1.0


def ranked_columns(items: Sequence[Group], controls: Controls) -> list[RankedColumn]:
    """Validation, then each test set by its sharpest score, then lift on the hardest; without
    those that no item has."""
    found = [RankedColumn(say("validation"), validation_dots(items, controls))]
    hard = hard_set(items)
    for name in sets_of(items):
        dots = set_dots(items, controls, name)
        for score in ("object", "primary") if name == hard else ("primary",):
            rows = dots[dots["title"] == SCORE_TITLES[score]]
            if len(rows):
                found.append(RankedColumn(f"{name}<br>{retell(SCORE_TITLES[score])}", rows))
                break
    lifts = lift_dots(items, controls)
    rows = lifts[lifts["title"] == hard]
    found.append(RankedColumn(f"{hard}<br>{say('lift')}", rows, ".1f", 2.0))
    return [column for column in found if len(column.rows)]


def ranked_scores(columns: Sequence[RankedColumn], colours: Mapping[str, str]) -> go.Figure:
    """A dot per item with its interval (of a group: from its lowest to its highest run), and a grey
    line at the best constant answer. Rows are in the order of the last column but lift's."""
    by = columns[-2] if len(columns) > 1 and columns[-1].form != ".0%" else columns[-1]
    best_last = by.rows.sort_values("value", kind="stable")["run"]
    everyone = dict.fromkeys(run for column in columns for run in column.rows["run"])
    order = [run for run in everyone if run not in set(best_last)] + list(best_last)
    place = {run: number for number, run in enumerate(order)}
    labels = {run: label for c in columns for run, label in zip(c.rows["run"], c.rows["label"])}
    figure = make_subplots(rows=1, cols=len(columns), shared_yaxes=True, horizontal_spacing=0.025)
    for number, column in enumerate(columns, start=1):
        rows = column.rows
        figure.add_trace(
            go.Scatter(
                x=rows["value"],
                y=rows["run"].map(place),
                mode="markers",
                marker={"size": 9, "color": [colours[run] for run in rows["run"]]},
                error_x=spread_bars(rows, GREY) | {"thickness": 1.5},
                customdata=[
                    (plain_name(label), words)
                    for label, words in zip(rows["label"], rows["words"], strict=True)
                ],
                hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
                showlegend=False,
            ),
            row=1,
            col=number,
        )
        constants = rows["constant"].dropna()
        if len(constants) and constants.nunique() == 1:
            figure.add_vline(x=float(constants.iloc[0]), line={"color": GREY, "width": 3},
                             opacity=0.5, row=1, col=number)  # fmt: skip
        most = max(column.top, float(rows["high"].max())) * 1.03
        figure.update_xaxes(title=column.title, range=[-0.03 * most, most], side="top",
                            tickformat=column.form, fixedrange=True, nticks=4,
                            row=1, col=number)  # fmt: skip
    named = len(order) <= _NAMED
    figure.update_yaxes(
        tickvals=list(place.values()) if named else [],
        ticktext=[_short(labels[run]) for run in order] if named else [],
        range=[-0.7, len(order) - 0.3], fixedrange=True, zeroline=False, showgrid=False,
    )  # fmt: skip
    height = 90 + min(_ROW * len(order), _MOST)
    figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": 8, "b": 8},
                         hovermode="closest")  # fmt: skip
    return figure


def _short(label: str) -> str:
    return plain_name(label if len(label) <= 28 else f"{label[:27]}…")
