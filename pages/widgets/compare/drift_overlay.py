"""How far the chosen items' layers have moved from the pretrained network, over each other."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.base.language import N_, _
from core.compare.colours import MAX_COLOURS, ColourScheme
from core.compare.comparison import drift_overlays
from core.plots.comparison import drift_steps
from core.plots.figures import Table
from core.store.groups import Group
from pages.widgets.shared import run_files
from pages.widgets.ui import figure


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """A figure per backbone; a line of words where no run has its drift measured."""
    overlays = drift_overlays(selected, run_files.read_finished("drift.csv", selected))
    if not overlays:
        st.caption(_("No selected run has its drift measured yet."))
        return
    st.subheader(_("Layer drift"), anchor=False)
    words = [
        _(
            "1 - CKA per backbone layer: 0 means that the layer still distinguishes the "
            "photos as the pretrained network did; 1 means that nothing of this is left."
        )
    ]
    if len(selected) <= MAX_COLOURS:
        words.append(_("Hollow points: frozen layers, which change only through earlier layers."))
    st.caption(" ".join(words))
    for backbone, overlay in overlays.items():
        if len(overlays) > 1:
            st.markdown(f"**{backbone}**")
        name = N_("drift {backbone}").format(backbone=backbone)
        drawn = drift_steps(overlay, colour_scheme)
        figure.show(f"{key}.{backbone}", drawn, _numbers(overlay), name)
    if len(overlays) > 1:
        st.caption(_("Different backbones have different layers, so they are drawn separately."))


def _numbers(overlay: Table) -> Callable[[], Table]:
    return lambda: overlay.drop(columns="run")
