"""Figures that lay several runs over each other, beside those of core.charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from core.charts import plain_name
from core.confusion import Confusion
from core.paints import MOST
from core.words import say

_FULL = 0.75  # share from which on a cell is as dark as its colour
_LISTED = 8  # photos that a cell's hover names


def drift_steps(overlay: pd.DataFrame, colours: Mapping[str, str]) -> go.Figure:
    """How much each backbone layer has changed what it makes of the photos: a line per item, with
    hollow points where its layer is frozen.

    overlay: a table of core.comparison.drift_overlays. colours: by its `run`.
    """
    figure = go.Figure()
    runs = list(dict.fromkeys(overlay["run"]))
    many = len(runs) > MOST
    for number, run in enumerate(runs):
        rows = overlay[overlay["run"] == run]
        colour = colours[run]
        wide = 2 + 1.5 * (len(runs) - 1 - number) / max(len(runs) - 1, 1)
        members = int(rows["runs"].iloc[0])
        mean = say(", mean of {count} runs", count=members) if members > 1 else ""
        figure.add_trace(
            go.Scatter(
                x=rows["layer"],
                y=rows["change"],
                name=plain_name(str(rows["label"].iloc[0])),
                meta=run,  # for the light under the pointer (plot.js)
                opacity=0.75 if many else 1,
                mode="lines" if many else "lines+markers",
                # Earlier ones are wider beneath later ones, so that equal lines all show.
                line={"color": colour, "shape": "hvh",
                      "width": 1.5 if many else wide},
                marker={
                    "size": 11,
                    "color": colour,
                    "symbol": ["circle" if on else "circle-open" for on in rows["trained"]],
                    "line": {"width": 2, "color": colour},
                },
                customdata=[
                    (
                        plain_name(str(row["name"])),
                        say("trained") if row["trained"] else say("frozen"),
                        say("no weights") if pd.isna(row["weights"])
                        else say("weights moved by {share} %", share=f"{100 * row['weights']:.2g}"),
                    )
                    for _, row in rows.iterrows()
                ],
                hovertemplate=say("layer %{x}")
                + " %{customdata[0]}, %{customdata[1]}<br>1 - CKA %{y:.2f}, %{customdata[2]}"
                + mean + "<extra>%{fullData.name}</extra>",
            )
        )  # fmt: skip
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="closest",
        showlegend=not many,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None},
        xaxis={"title": say("layer, photo side on the left"), "dtick": 5, "fixedrange": True,
               "zeroline": False},
        yaxis={"title": "1 - CKA", "fixedrange": True, "rangemode": "tozero",
               "range": [-0.04, max(1.0, float(overlay["change"].max()) + 0.05)]},
    )  # fmt: skip
    return figure


def confusion_cells(found: Confusion, colour: str) -> go.Figure:
    """Labels down, answers across: a square per pair, darker with its share of the label's photos,
    with the count in it. Hover lists the photos of a cell that has some; a click selects its point,
    whose `customdata` begins with label and answer."""
    names = [plain_name(name) for name in found.classes]
    shares = found.shares.to_numpy()
    figure = go.Figure(
        go.Heatmap(
            x=names, y=names, z=shares, zmin=0, zmax=1, showscale=False, hoverinfo="skip",
            colorscale=[[0, "rgba(138,144,160,0.10)"], [1, colour]], xgap=2, ygap=2,
        )
    )  # fmt: skip
    for full, look in ((True, {"size": 14, "color": _on(colour)}), (False, {"size": 14})):
        cells = [cell for cell in found.files if (found.shares.at[cell] >= _FULL) == full]
        figure.add_trace(_clickable(found, cells, look))
    figure.update_layout(
        height=90 + 42 * len(names),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        hovermode="closest",
        showlegend=False,
        dragmode=False,
    )
    figure.update_xaxes(title=say("answer"), fixedrange=True, showgrid=False, side="bottom",
                        range=[-0.5, len(names) - 0.5])  # fmt: skip
    figure.update_yaxes(title=say("label"), fixedrange=True, showgrid=False, zeroline=False,
                        range=[len(names) - 0.5, -0.5])  # fmt: skip
    return figure


def _clickable(
    found: Confusion, cells: Sequence[tuple[str, str]], look: Mapping[str, object]
) -> go.Scatter:
    """The counts of cells, with a point that can be clicked, which a heat map has none of."""
    return go.Scatter(
        x=[plain_name(answer) for _, answer in cells],
        y=[plain_name(truth) for truth, _ in cells],
        mode="markers+text",
        text=[_cell_text(found, *cell) for cell in cells],
        textfont=look,
        marker={"size": 34, "symbol": "square", "color": "rgba(0,0,0,0)"},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[(*cell, _cell_words(found, *cell)) for cell in cells],
        hovertemplate="%{customdata[2]}<extra></extra>",
    )


def _on(colour: str) -> str:
    """Black or white, whichever is read better on a colour (WCAG's relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    light = sum(w * c**2.2 for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
    return "#000000" if light > 0.18 else "#ffffff"


def _cell_text(found: Confusion, truth: str, answer: str) -> str:
    """The count, of several runs their mean."""
    return f"{found.counts.at[truth, answer] / found.runs:.1f}".removesuffix(".0")


def _cell_words(found: Confusion, truth: str, answer: str) -> str:
    count, total = int(found.counts.at[truth, answer]), int(found.counts.loc[truth].sum())
    words = say(
        "label {label}, answer {answer}: {count} of {total} ({share:.0%})",
        label=plain_name(truth), answer=plain_name(answer), count=count, total=total,
        share=found.shares.at[truth, answer],
    )  # fmt: skip
    photos = list(found.photos(truth, answer).values())
    more = []
    if len(photos) > _LISTED:
        more = [say("and {count} more", count=len(photos) - _LISTED)]
    return "<br>".join([words, *map(plain_name, photos[:_LISTED]), *more])
