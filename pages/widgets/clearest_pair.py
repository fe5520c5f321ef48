"""The pair that shows what this is about: equally good validation, opposite verdicts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import text
from core.clearest_pair import clearest_pair
from core.items import items_of
from core.store.index import RunRow
from core.words import mark, retell, say
from pages.widgets import chosen
from pages.widgets.made import Look

_LABEL = mark("Overfit against generalising")


def show(key: str, all_rows: Sequence[RunRow], look: Look) -> None:
    """A button that chooses the store's clearest pair, or says how to make one."""
    pair = look.made("clearest_pair", [], lambda: clearest_pair(items_of(all_rows)))
    if pair is None:
        with st.popover(retell(_LABEL), icon=":material/theater_comedy:", key=f"{key}.none"):
            st.markdown(
                say(
                    "No two runs here have equally good validation and opposite verdicts. To make "
                    "such a pair, train the presets **quick** and **looks-good** on the same "
                    "photos: their validation will hardly differ, and what they learned will."
                )
            )
            st.page_link(
                "pages/train.py", label=say("Open Train"), icon=":material/model_training:"
            )
        return

    def choose() -> None:
        chosen.replace([pair.generalises, pair.overfit])

    st.button(
        retell(_LABEL),
        key=key,
        icon=":material/theater_comedy:",
        on_click=choose,
        help=say(
            "{generalises} and {overfit}: of all here with equally good validation on the same "
            "photos and opposite verdicts, those that differ most elsewhere ({gap:.0f} points of "
            "objects).",
            generalises=text.plain_markdown(pair.generalises.title),
            overfit=text.plain_markdown(pair.overfit.title),
            gap=100 * pair.gap,
        ),
    )
