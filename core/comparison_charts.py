"""Figures that lay several runs over each other, beside those of core.charts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go


def drift_steps(overlay: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """How much each backbone layer has changed what it makes of the photos: a line per item, with
    hollow points where its layer is frozen.

    overlay: a table of core.comparison.drift_overlays. colours: by its `run`.
    """
    figure = go.Figure()
    runs = list(dict.fromkeys(overlay["run"]))
    for number, run in enumerate(runs):
        rows = overlay[overlay["run"] == run]
        colour = colours[run]
        mean = f", mean of {rows['runs'].iloc[0]} runs" if rows["runs"].iloc[0] > 1 else ""
        figure.add_trace(
            go.Scatter(
                x=rows["layer"],
                y=rows["change"],
                name=escape(str(rows["label"].iloc[0]), quote=False),
                mode="lines+markers",
                # Earlier ones are wider beneath later ones, so that equal lines all show.
                line={"color": colour, "shape": "hvh",
                      "width": 2 + 1.5 * (len(runs) - 1 - number) / max(len(runs) - 1, 1)},
                marker={
                    "size": 11,
                    "color": colour,
                    "symbol": ["circle" if on else "circle-open" for on in rows["trained"]],
                    "line": {"width": 2, "color": colour},
                },
                customdata=[
                    (
                        escape(str(row["name"]), quote=False),
                        "trained" if row["trained"] else "frozen",
                        "no weights" if pd.isna(row["weights"])
                        else f"weights moved by {100 * row['weights']:.2g} %",
                    )
                    for _, row in rows.iterrows()
                ],
                hovertemplate="layer %{x} %{customdata[0]}, %{customdata[1]}<br>1 - CKA "
                "%{y:.2f}, %{customdata[2]}" + mean + "<extra>%{fullData.name}</extra>",
            )
        )  # fmt: skip
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="closest",
        showlegend=True,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None},
        xaxis={"title": "layer, photo side on the left", "dtick": 5, "fixedrange": True,
               "zeroline": False},
        yaxis={"title": "1 - CKA", "fixedrange": True, "rangemode": "tozero",
               "range": [-0.04, max(1.0, float(overlay["change"].max()) + 0.05)]},
    )  # fmt: skip
    return figure
