"""A line chart that grows in place, without a flicker, while its run trains (live_chart.js)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.run_charts import Chart

_HERE = Path(__file__).parent
_CHART = st.components.v2.component(
    "overfit_lens_live_chart",
    html='<div class="live-chart"></div>',
    css=(_HERE / "live_chart.css").read_text("utf-8"),
    js=(_HERE / "live_chart.js").read_text("utf-8"),
)


def show(key: str, chart: Chart) -> None:
    """Draws it; the same key draws over what was there."""
    _CHART(key=key, data=chart)
