"""The bands in numbers: the first layer and the rate of each, beneath the strip of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.recipe.band_edit import MOST_BANDS, RATES, split_longest, without
from pages.widgets.train.draft import Draft


def show(draft: Draft, layers: int) -> list[dict[str, Any]]:
    """The recipe's `bands` as plain data, edited row by row."""
    key, begin = draft.controls("bands"), draft.begin("bands")
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
            rates = _rates(band["lr"])
            lr = st.selectbox(
                _("Learning rate"),
                rates,
                index=rates.index(band["lr"]),
                format_func=lambda lr: (
                    lr if isinstance(lr, str) else translate(formatting.rate(lr))
                ),
                key=f"{key}.lr.{number}",
                persist_state="session",
                label_visibility=label,
                accept_new_options=True,
                help=_("How far each step changes the weights. Type another rate, such as 2e-4."),
            )
            closing.append(st.container(width="content"))
        draft.places[f"bands.{number}"] = st.container()
        found.append({"from": int(first), "lr": _as_number(lr)})
    for number, place in enumerate(closing):
        with place:
            if st.button(
                ":material/close:",
                key=f"{key}.remove.{number}",
                type="tertiary",
                disabled=number == 0,
                help=_("Removes this band; the one before it then reaches further."),
            ):
                draft.rewrite({"bands": without(found, number)})
    if st.button(
        _("Add a band"),
        key=f"{key}.add",
        icon=":material/add:",
        type="tertiary",
        disabled=len(found) >= min(MOST_BANDS, layers),
    ):
        draft.rewrite({"bands": split_longest(found, layers)})
    return found


def put(draft: Draft, bands: Sequence[tuple[int, float]]) -> None:
    """Puts other bands (first layer, rate) in the place of those that are shown."""
    draft.put({"bands": [{"from": first, "lr": lr} for first, lr in bands]})


def _rates(own: Any) -> list[Any]:
    """What can be chosen: the usual rates, and the band's own among them."""
    if isinstance(own, int | float):
        shown = formatting.rate(
            own
        )  # the browser knows a rate by its words: two may not share them
        return sorted({float(own), *(lr for lr in RATES if formatting.rate(lr) != shown)})
    return [own, *RATES]


def _as_number(lr: object) -> object:
    """A typed rate as a number; what is no number is left for the recipe to refuse."""
    try:
        return float(str(lr))
    except ValueError:
        return lr
