"""The network as a strip of its layers, drawn in the browser (layer_strip.js): a click on a layer
starts a band there, and the keys do all that the mouse does."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.base.language import _
from core.recipe.band_edit import MAX_BANDS, step_lr, toggle_band_start
from core.recipe.layer_table import Layer
from core.views.layer_strip import strip_data
from pages.widgets.train.draft import Draft
from pages.widgets.ui.assets import script, style

_STRIP = st.components.v2.component(
    "overfit_lens_layer_strip",
    html='<div class="strip-root"></div>',
    css=style("train/layer_strip"),
    js=script("ui/fill", "ui/element", "train/layer_strip"),
)


def show(key: str, draft: Draft, layers: Sequence[Layer], edited: dict[str, Any]) -> None:
    """The strip of an edited recipe in plain data; what is done to it goes into the draft."""
    data = {**strip_data(layers, edited), "words": _ui_text()}
    done = _STRIP(key=key, data=data, on_pressed_change=lambda: None).pressed
    if not done:
        return
    bands, layer = edited["bands"], int(done["layer"])
    if done["what"] == "cut":
        bands = toggle_band_start(bands, layer)
    else:
        bands = step_lr(bands, layer, up=done["what"] == "up")
    if len(bands) <= MAX_BANDS:
        draft.override_and_rerun({"bands": bands})


def _ui_text() -> dict[str, str]:
    """What the browser says by itself, for `fill` of fill.js."""
    return {
        "keys": _(
            "Click a layer to start a band there; click again to end it. Keys: ← → walk, "
            "Enter starts or ends, ↑ ↓ change the rate."
        ),
        "frozen": _("frozen"),
        "learns": _("learns at {rate}"),
        "output": _("{kind}, output {shape}"),
        "weights": _("{weights} weights"),
        "drops": _("drops {share} %"),
        "layer": _("Layer {name}: {rest}"),
        "scale": _("{rate} learning rate"),
        "backbone": _("backbone"),
        "head": _("head"),
        "layers": _("Layers from the photo to the answer: {bands}"),
        "band": _("{first} to {last} {learns}"),
    }
