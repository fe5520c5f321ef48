"""A line chart that grows in place, without a flicker, while its run trains (live_chart.js)."""

import streamlit as st

from core.plots.live_curves import Chart
from pages.widgets.ui.assets import script, style

_CHART = st.components.v2.component(
    "overfit_lens_live_chart",
    html='<div class="live-chart"></div>',
    css=style("ui/live_chart"),
    js=script("ui/live_chart"),
)


def show(key: str, chart: Chart) -> None:
    """Draws it; the same key draws over what was there."""
    _CHART(key=key, data=chart)
