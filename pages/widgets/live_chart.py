"""A line chart that grows in place, without a flicker, while its run trains (live_chart.js)."""

from __future__ import annotations

import streamlit as st

from core.run_charts import Chart
from pages.widgets.assets import script, style

_CHART = st.components.v2.component(
    "overfit_lens_live_chart",
    html='<div class="live-chart"></div>',
    css=style("live_chart"),
    js=script("live_chart"),
)


def show(key: str, chart: Chart) -> None:
    """Draws it; the same key draws over what was there."""
    _CHART(key=key, data=chart)
