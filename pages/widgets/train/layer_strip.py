"""The network as a strip of its layers, drawn in the browser (layer_strip.js): a click on a layer
starts a band there, and the keys do all that the mouse does."""

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.recipe.draft import (
    LR_STEPS,
    MAX_BANDS,
    remove_band,
    split_longest_band,
    step_lr,
    toggle_band_start,
)
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
            "Click a layer to start a band there; click again to remove it. Keys: ← → "
            "move, Enter starts or removes a band, ↑ ↓ change the rate."
        ),
        "frozen": _("frozen"),
        "learns": _("learning rate {rate}"),
        "output": _("{kind}, output {shape}"),
        "weights": _("{weights} weights"),
        "drops": _("{share}% dropout"),
        "layer": _("Layer {name}: {rest}"),
        "scale": _("{rate} learning rate"),
        "backbone": _("backbone"),
        "head": _("head"),
        "layers": _("Layers from input to output: {bands}"),
        "band": _("{first} to {last}: {learns}"),
    }


def show_numbers(draft: Draft, layers: int) -> list[dict[str, Any]]:
    """The recipe's `bands` as plain data, edited row by row."""
    key, begin = draft.key_prefix("bands"), draft.start_value("bands")
    found, closing = [], []
    for number, band in enumerate(begin):
        label: Literal["collapsed", "visible"] = "collapsed" if number else "visible"
        with st.container(horizontal=True, wrap=False, vertical_alignment="bottom", gap="small"):
            first = st.number_input(
                _("From layer"),
                0,
                layers - 1,
                min(band["from"], layers - 1),
                key=f"{key}.from.{number}",
                persist_state="session",
                label_visibility=label,
                disabled=number == 0,
                width=125,
                help=_("The band ends just before the next band's first layer."),
            )
            rates = _rate_options(band["lr"])
            lr = st.selectbox(
                _("Learning rate"),
                rates,
                index=rates.index(band["lr"]),
                format_func=lambda lr: (
                    lr if isinstance(lr, str) else translate(formatting.lr_text(lr))
                ),
                key=f"{key}.lr.{number}",
                persist_state="session",
                label_visibility=label,
                accept_new_options=True,
                help=_(
                    "How far each step changes the weights. You can also type a rate, such as 2e-4."
                ),
            )
            closing.append(st.container(width="content"))
        draft.error_containers[f"bands.{number}"] = st.container()
        found.append({"from": int(first), "lr": _parse_rate(lr)})
    for number, place in enumerate(closing):
        with place:
            if st.button(
                ":material/close:",
                key=f"{key}.remove.{number}",
                type="tertiary",
                disabled=number == 0,
                help=_("Removes this band; the previous band then extends over its layers."),
            ):
                draft.override_and_rerun({"bands": remove_band(found, number)})
    if st.button(
        _("Add band"),
        key=f"{key}.add",
        icon=":material/add:",
        type="tertiary",
        disabled=len(found) >= min(MAX_BANDS, layers),
    ):
        draft.override_and_rerun({"bands": split_longest_band(found, layers)})
    return found


def set_bands(draft: Draft, bands: Sequence[tuple[int, float]]) -> None:
    """Puts other bands (first layer, rate) in the place of those that are shown."""
    draft.override({"bands": [{"from": first, "lr": lr} for first, lr in bands]})


def _rate_options(current: Any) -> list[Any]:
    """What can be chosen: the usual rates, and the band's own among them."""
    if isinstance(current, int | float):
        shown = formatting.lr_text(
            current
        )  # the browser knows a rate by its words: two may not share them
        return sorted({float(current), *(lr for lr in LR_STEPS if formatting.lr_text(lr) != shown)})
    return [current, *LR_STEPS]


def _parse_rate(lr: object) -> object:
    """A typed rate as a number; what is no number is left for the recipe to refuse."""
    try:
        return float(str(lr))
    except ValueError:
        return lr
