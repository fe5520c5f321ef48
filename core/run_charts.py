"""Plotly figures of one run that is under way."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from core import charts


def batch_losses(batches: pd.DataFrame, colour: str) -> go.Figure:
    """The loss of each batch so far (batches.csv): what there is before the first epoch is done."""
    figure = go.Figure(
        go.Scatter(
            x=batches["step"] if len(batches) else [],
            y=batches["loss"] if len(batches) else [],
            name="training",
            mode="lines+markers" if len(batches) < 3 else "lines",
            line={"color": colour, "width": 1.8, "dash": "dot"},
            hovertemplate="batch %{x}: %{y:.3g}<extra></extra>",
        )
    )
    figure.update_layout(**charts.layout(300), xaxis_title="batch of the first epoch")
    figure.update_yaxes(title="loss", rangemode="tozero")
    return figure


def to_the_end(figure: go.Figure, epochs: int) -> go.Figure:
    """The same with room for every planned epoch, so that a growing curve does not shift, and what
    is left to come shows."""
    return figure.update_xaxes(range=[0, epochs + 0.5])
