"""A Plotly figure that comes up fast: drawn by plotly.js's basic edition (plot.js), which static/
holds, as Streamlit's own st.plotly_chart brings all of plotly.js, four times as much."""

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.base.palette import DARK_MODE_COLOURS
from core.plots.figures import Figure, figure_json
from pages.widgets.ui.assets import script, style

_PLOT = st.components.v2.component(
    "overfit_lens_plot",
    html='<button class="plot-camera" hidden>photo_camera</button>'
    '<div class="plot" role="img"></div>',
    css=style("ui/camera"),
    js=script("ui/element", "ui/solid", "ui/plot"),
    isolate_styles=False,  # plotly.js writes its styles into the document
)


def show(
    key: str, figure: Figure, alt_text: str, download_name: str = "", clickable: bool = False
) -> list[str] | None:
    """Draws a figure of plotly.js's basic edition. Pointing at a line fades those of other runs
    (their `meta`). alt_text: what it shows, for who cannot see it; download_name: the file that its
    camera writes, without an ending; none, no camera. clickable: returns the `customdata` of the
    point that was clicked just now."""
    found = _PLOT(
        key=key,
        data={
            "figure": figure_json(figure),
            "dark": DARK_MODE_COLOURS,
            "words": alt_text,
            "clicks": clickable,
            "picture": formatting.slugify(download_name) if download_name else "",
            "camera": _("Download PNG"),
            "missing": _("{file} cannot be loaded"),
        },
        on_point_change=lambda: None,
    )
    return found.point
