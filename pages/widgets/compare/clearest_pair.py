"""The pair that shows what this is about: equally good validation, opposite verdicts."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.compare.clearest_pair import Pair, clearest_pair
from core.compare.selection import selectable_items
from core.store.index import RunRow
from pages.widgets.shared import links, selection
from pages.widgets.shared.cached import cached

_LABEL = N_("Overfitting vs generalising")


@cached
def _clearest_pair(all_rows: Sequence[RunRow]) -> Pair | None:
    return clearest_pair(selectable_items(all_rows))


def show(key: str, all_rows: Sequence[RunRow]) -> None:
    """A button that chooses the store's clearest pair, or says how to make one."""
    pair = _clearest_pair(all_rows)
    if pair is None:
        with st.popover(translate(_LABEL), icon=":material/theater_comedy:", key=f"{key}.none"):
            st.markdown(
                _(
                    "No two runs here have equally good validation and opposite verdicts. "
                    "To make such a pair, train the presets **quick** and **looks-good** "
                    "on the same photos. Their validation will hardly differ, but what "
                    "they learn will."
                )
            )
            links.to("train", _("Open Train"))
        return

    def choose() -> None:
        selection.set_selection([pair.generalises, pair.overfit])

    st.button(
        translate(_LABEL),
        key=key,
        icon=":material/theater_comedy:",
        on_click=choose,
        help=_(
            "{generalises} and {overfit}: of all pairs here with equally good validation "
            "on the same photos and opposite verdicts, the one that differs most elsewhere "
            "({gap:.0f} points on objects).",
            generalises=formatting.escape_markdown(pair.generalises.title),
            overfit=formatting.escape_markdown(pair.overfit.title),
            gap=100 * pair.gap,
        ),
    )
