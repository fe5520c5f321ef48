"""Recipes and results as lines across axes, drawn in the browser (parallel.js): a line is named
under the pointer and by the keys, and dragging along an axis keeps the lines that cross there."""

from __future__ import annotations

import streamlit as st

from core import text
from core.parallel_chart import ParallelLines
from pages.widgets.assets import script, style

_PARALLEL = st.components.v2.component(
    "overfit_lens_parallel",
    html='<div class="parallel"></div>',
    css=style("camera", "parallel"),
    js=script("solid", "picture", "parallel"),
)


def show(key: str, lines: ParallelLines, name: str) -> None:
    """Draws them. name: of the picture that the camera writes, without an ending."""
    _PARALLEL(key=key, data={**lines, "file": f"{text.file_stem(name)}.png"})
