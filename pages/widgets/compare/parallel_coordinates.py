"""Recipes and results as lines across axes, drawn in the browser (parallel.js): a line is named
under the pointer and by the keys, and dragging along an axis keeps the lines that cross there."""

import streamlit as st

from core.base import formatting
from core.views.parallel_coordinates import ParallelLines
from pages.widgets.ui.assets import script, style

_PARALLEL = st.components.v2.component(
    "overfit_lens_parallel",
    html='<div class="parallel"></div>',
    css=style("ui/camera", "compare/parallel_coordinates"),
    js=script("ui/solid", "ui/picture", "compare/parallel_coordinates"),
)


def show(key: str, lines: ParallelLines, name: str) -> None:
    """Draws them. name: of the picture that the camera writes, without an ending."""
    _PARALLEL(key=key, data={**lines, "file": f"{formatting.slugify(name)}.png"})
