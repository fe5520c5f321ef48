"""A Plotly figure that comes up fast: drawn by plotly.js's basic edition (plot.js), which static/
holds, as Streamlit's own st.plotly_chart brings all of plotly.js, four times as much."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import text
from core.charts import Figure, figure_json
from core.words import say
from pages.widgets.assets import script

TRACES = {"scatter", "bar"}  # of those that the basic edition draws, what core's figures use
_PLOT = st.components.v2.component(
    "overfit_lens_plot",
    html='<div class="plot" role="img"></div>',
    js=script("plot"),
    isolate_styles=False,  # plotly.js writes its styles into the document
)


def show(key: str, figure: Figure, words: str, picture: str = "") -> None:
    """Draws a figure of TRACES. Pointing at a line fades those of other runs (their `meta`).
    words: what it shows, for who cannot see it; picture: the file that its camera writes, without
    an ending; none, no camera."""
    missing = say("{file} cannot be loaded")
    _PLOT(key=key, data={"figure": figure_json(figure), "config": config(picture),
                         "words": words, "missing": missing})  # fmt: skip


def config(picture: str) -> dict[str, Any]:
    """Plotly's settings of a figure: only the camera, or nothing."""
    return {
        "displaylogo": False,
        "displayModeBar": "hover" if picture else False,
        "scrollZoom": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": text.file_stem(picture), "scale": 2},
    }
