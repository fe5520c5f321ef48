"""Figures that lay several runs over each other, beside those of core.plots.figures."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.base.language import _
from core.compare.colours import MAX_COLOURS, ColourScheme
from core.compare.confusion import ConfusionMatrix
from core.plots.figures import escape_label, layout, overlap_width

# How strong a cell's colour is without and with all of the label's photos: on every one the page's
# own text colour can be read (a test computes the contrast).
FAINTEST, STRONGEST = 0.08, 0.45
_MOST_CELLS = 1_000  # of a heat map: the fullest
_LISTED = 8  # photos that a cell's hover names


def drift_steps(overlay: pd.DataFrame, colour_scheme: ColourScheme) -> go.Figure:
    """How much each backbone layer has changed what it makes of the photos: a line per item, with
    hollow points where its layer is frozen.

    overlay: a table of core.compare.comparison.drift_overlays. colour_scheme: of its `run`s."""
    figure = go.Figure()
    runs = list(dict.fromkeys(overlay["run"]))
    many = len(runs) > MAX_COLOURS
    for number, run in enumerate(runs):
        rows = overlay[overlay["run"] == run]
        colour, mark = colour_scheme.colours[run], colour_scheme.marker(run)
        members = int(rows["runs"].iloc[0])
        mean = _(", mean of {count} runs", count=members) if members > 1 else ""
        figure.add_scatter(
            x=rows["layer"],
            y=rows["change"],
            name=escape_label(str(rows["label"].iloc[0])),
            meta=run,  # for the light under the pointer (plot.js)
            mode="lines" if many else "lines+markers",
            line={
                "color": colour,
                "shape": "hvh",
                "dash": mark.dash or "solid",
                "width": 1.5 if many else overlap_width(number, len(runs), 2, 1.5),
            },
            marker={
                "size": 11,
                "color": colour,
                "symbol": [mark.symbol + "-open" * (not on) for on in rows["trained"]],
                "line": {"width": 2, "color": colour},
            },
            customdata=[_layer_texts(row) for row in rows.to_dict("records")],
            hovertemplate=_("layer %{x}")
            + " %{customdata[0]}, %{customdata[1]}<br>1 - CKA %{y:.2f}, %{customdata[2]}"
            + f"{mean}<extra>%{{fullData.name}}</extra>",
        )
    figure.update_layout(**layout(300, "closest"), showlegend=not many)
    words, top = (
        _("layer (input side on the left)"),
        max(1.0, float(overlay["change"].max()) + 0.05),
    )
    figure.update_xaxes(title=words, dtick=5, fixedrange=True, zeroline=False)
    figure.update_yaxes(title="1 - CKA", fixedrange=True, rangemode="tozero", range=[-0.04, top])
    return figure


def _layer_texts(row: Mapping[str, Any]) -> tuple[str, str, str]:
    moved = _("no weights")
    if not pd.isna(row["weights"]):
        moved = _("weights changed by {share}%", share=f"{100 * row['weights']:.2g}")
    return escape_label(str(row["name"])), _("trained") if row["trained"] else _("frozen"), moved


def confusion_heatmap(matrix: ConfusionMatrix, colour: str) -> go.Figure:
    """Labels down, answers across: a square per pair that was answered, stronger with its share of
    the label's photos, with the count in it, in the page's own colour. Hover lists the photos; a
    click gives the point's `customdata`, which begins with label and answer."""
    names = [escape_label(name) for name in matrix.classes]
    number = {name: place for place, name in enumerate(matrix.classes)}
    cells = sorted(matrix.file_counts, key=lambda cell: -len(matrix.file_counts[cell]))
    cells = cells[:_MOST_CELLS] if len(cells) > _MOST_CELLS else list(matrix.file_counts)
    places = [(number[truth], number[answer]) for truth, answer in cells]
    figure = go.Figure().add_scatter(
        x=[across for __, across in places],
        y=[down for down, __ in places],
        mode="markers+text",
        # The count, of several runs their mean.
        text=[f"{matrix.counts.at[cell] / matrix.runs:.1f}".removesuffix(".0") for cell in cells],
        textfont={"size": 14},
        marker={"size": 34, "symbol": "square", "color": "rgba(0,0,0,0)"},
        customdata=[(*cell, _cell_hover_text(matrix, *cell)) for cell in cells],
        hovertemplate="%{customdata[2]}<extra></extra>",
    )
    figure.update_layout(
        layout(90 + 42 * len(names), "closest"),
        showlegend=False,
        dragmode=False,
        shapes=[
            _square(*place, float(matrix.shares.at[cell]), colour)
            for place, cell in zip(places, cells, strict=True)
        ],
    )
    axis: dict[str, Any] = {"tickvals": [*range(len(names))], "ticktext": names}
    axis |= {"fixedrange": True, "showgrid": False, "zeroline": False}
    figure.update_xaxes(**axis, title=_("prediction"), range=[-0.5, len(names) - 0.5])
    figure.update_yaxes(**axis, title=_("label"), range=[len(names) - 0.5, -0.5])
    return figure


def _square(down: int, across: int, share: float, colour: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": colour,
        "opacity": FAINTEST + (STRONGEST - FAINTEST) * share,
        "x0": across - 0.48,
        "x1": across + 0.48,
        "y0": down - 0.48,
        "y1": down + 0.48,
    }


def _cell_hover_text(matrix: ConfusionMatrix, truth: str, answer: str) -> str:
    count, total = int(matrix.counts.at[truth, answer]), int(matrix.counts.loc[truth].sum())
    words = _(
        "label {label}, prediction {answer}: {count} of {total} ({share:.0%})",
        label=escape_label(truth),
        answer=escape_label(answer),
        count=count,
        total=total,
        share=matrix.shares.at[truth, answer],
    )
    photos = list(matrix.photos(truth, answer).values())
    more = []
    if len(photos) > _LISTED:
        more = [_("and {count} more", count=len(photos) - _LISTED)]
    return "<br>".join([words, *map(escape_label, photos[:_LISTED]), *more])
