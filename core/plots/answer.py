"""The figure of a run's answer to one photo: a bar for each class, and one with a part hidden."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from core.base.formatting import decimal
from core.base.language import _
from core.jobs.preview.client import Answers
from core.plots.figures import layout, plain_name

_ROW, _ROW_HIDDEN = 26, 40  # pixels of a class, without and with a second bar


def answer_bars(answers: Answers, colour: str) -> go.Figure:
    """Probabilities 0..1, every class in the data set's order, the first on top."""
    names = [plain_name(name) for name in answers.probabilities]
    filled, hollow = {"color": colour}, {"color": "rgba(0,0,0,0)"}
    figure = go.Figure(_bars(names, answers.probabilities, _("the photo"), colour, filled))
    if answers.hidden is not None:
        hidden = answers.hidden.probabilities
        figure.add_trace(_bars(names, hidden, _("with the box hidden"), colour, hollow))
    row = _ROW if answers.hidden is None else _ROW_HIDDEN
    figure.update_layout(
        layout(height=row * len(names) + (20 if answers.hidden is None else 55)),
        hovermode="closest",
        barmode="group",
        bargap=0.25,
        bargroupgap=0.05,
        showlegend=answers.hidden is not None,
    )
    figure.update_xaxes(range=[0, 1.15], visible=False)
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False)
    return figure


def _bars(
    names: list[str], chances: dict[str, float], what: str, colour: str, marker: dict[str, Any]
) -> go.Bar:
    values = list(chances.values())
    return go.Bar(
        x=values,
        y=names,
        name=what,
        orientation="h",
        text=[decimal(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        marker={**marker, "line": {"color": colour, "width": 2}},
        hovertemplate=f"%{{y}}, {what}: %{{x:.3f}}<extra></extra>",
    )
