"""The figure of a run's answer to one photo: a bar for each class, and one with a part hidden."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.base.formatting import decimal
from core.base.language import _
from core.jobs.preview.client import PreviewPrediction
from core.plots.figures import escape_label, layout

_ROW, _ROW_MASKED = 26, 40  # pixels of a class, without and with a second bar


def prediction_bars(prediction: PreviewPrediction, colour: str) -> go.Figure:
    """Probabilities 0..1, every class in the data set's order, the first on top."""
    names = [escape_label(name) for name in prediction.probabilities]
    filled, hollow = {"color": colour}, {"color": "rgba(0,0,0,0)"}
    figure = go.Figure(_bars(names, prediction.probabilities, _("the photo"), colour, filled))
    if prediction.masked is not None:
        hidden = prediction.masked.probabilities
        figure.add_trace(_bars(names, hidden, _("with the box hidden"), colour, hollow))
    row = _ROW if prediction.masked is None else _ROW_MASKED
    figure.update_layout(
        layout(height=row * len(names) + (20 if prediction.masked is None else 55)),
        hovermode="closest",
        barmode="group",
        bargap=0.25,
        bargroupgap=0.05,
        showlegend=prediction.masked is not None,
    )
    figure.update_xaxes(range=[0, 1.15], visible=False)
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False)
    return figure


def _bars(
    names: list[str],
    probabilities: dict[str, float],
    trace_name: str,
    colour: str,
    marker: dict[str, Any],
) -> go.Bar:
    values = list(probabilities.values())
    return go.Bar(
        x=values,
        y=names,
        name=trace_name,
        orientation="h",
        text=[decimal(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        marker={**marker, "line": {"color": colour, "width": 2}},
        hovertemplate=f"%{{y}}, {trace_name}: %{{x:.3f}}<extra></extra>",
    )
