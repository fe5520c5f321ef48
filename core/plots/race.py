"""The race of a search: recipes down, folds across; and which parameters decided."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from core.base.language import _
from core.base.palette import GREY, RUN_COLOURS
from core.plots.figures import escape_label, layout

_ROW = 30  # pixels
_EQUAL = 0.005  # a gain that is shown as none


def race_figure(race: pd.DataFrame, order: Sequence[str]) -> go.Figure:
    """A mark per training, with its gain over the first recipe on the same fold. race: as
    core.search.words.race_table; order: the recipes, the best first. A mark's customdata: its
    run."""
    figure = go.Figure()
    gains = race["gain"].fillna(0.0)
    kinds = [
        (_("better"), gains >= _EQUAL, RUN_COLOURS[0], "triangle-up"),
        (_("equal, or the baseline recipe"), gains.abs() < _EQUAL, GREY, "circle"),
        (_("worse"), gains <= -_EQUAL, RUN_COLOURS[1], "triangle-down"),
    ]
    for title, which, colour, symbol in kinds:
        rows = race[which]
        figure.add_scatter(
            x=rows["repeat"],
            y=[escape_label(name) for name in rows["recipe"]],
            name=title,
            mode="markers+text",
            text=[f"{value:.2f}".lstrip("0") for value in rows["score"]],
            textposition="middle right",
            marker={"color": colour, "symbol": symbol, "size": 13},
            customdata=rows["run"],
            hovertemplate=_("%{y}: score %{text}") + "<extra></extra>",
        )
    figure.update_layout(**layout(_ROW * len(order) + 90, "closest"))
    last = float(race["repeat"].max()) if len(race) else 1.0
    figure.update_xaxes(title=_("fold, then next seed"), range=[0.7, last + 0.7], dtick=1)
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[escape_label(name) for name in reversed(order)],
        automargin=True,
    )
    return figure


def importance_figure(values: Mapping[str, float]) -> go.Figure:
    """A bar per parameter: its share of what parts the recipes, together 1."""
    found = sorted(values.items(), key=lambda pair: pair[1])
    figure = go.Figure(
        go.Bar(
            x=[value for _name, value in found],
            y=[escape_label(name) for name, _value in found],
            orientation="h",
            marker={"color": RUN_COLOURS[0]},
            hovertemplate="%{y}: %{x:.0%}<extra></extra>",
        )
    )
    figure.update_layout(**layout(_ROW * len(found) + 60, "closest"))
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(automargin=True)
    return figure
