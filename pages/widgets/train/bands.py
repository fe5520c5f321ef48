"""The bands in numbers: the first layer and the rate of each, beneath the strip of layers."""

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.recipe.band_edit import LR_STEPS, MAX_BANDS, remove_band, split_longest_band
from pages.widgets.train.draft import Draft


def show(draft: Draft, layers: int) -> list[dict[str, Any]]:
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
                help=_("The band reaches up to the layer before the next band's first."),
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
                help=_("How far each step changes the weights. Type another rate, such as 2e-4."),
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
                help=_("Removes this band; the one before it then reaches further."),
            ):
                draft.override_and_rerun({"bands": remove_band(found, number)})
    if st.button(
        _("Add a band"),
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
