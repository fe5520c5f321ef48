"""How far the chosen items' layers have moved from the pretrained network, over each other."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import charts
from core.comparison import drift_overlays, runs_needed
from core.comparison_charts import drift_steps
from core.errors import InputError
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets import chosen


def show(key: str, items: Sequence[Group], all_rows: Sequence[RunRow]) -> None:
    """A figure per backbone; nothing where no run has its drift measured."""
    frames = {}
    for id_ in runs_needed(items):
        try:
            frames[id_] = open_run(settings.runs_dir(), id_).drift()
        except InputError as error:
            st.error(str(error), icon=":material/error:")
    overlays = drift_overlays(items, frames)
    if not overlays:
        return
    paint = chosen.paint(items, all_rows)
    st.subheader("How far the layers moved", anchor=False)
    st.caption(
        "1 - CKA per backbone layer: 0 means that the layer still tells the photos apart as the "
        "pretrained network did, 1 that nothing of it is left. Hollow points: frozen layers, which "
        "can only change through the layers before them."
    )
    for backbone, overlay in overlays.items():
        if len(overlays) > 1:
            st.markdown(f"**{backbone}**")
        st.plotly_chart(drift_steps(overlay, paint), key=f"{key}.{backbone}",
                        config=charts.PLOT_CONFIG)  # fmt: skip
    if len(overlays) > 1:
        st.caption("Different backbones have different layers, so they are not laid over each "
                   "other.")  # fmt: skip
