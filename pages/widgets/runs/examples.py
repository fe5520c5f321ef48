"""The example runs in the list of runs: what they are, and a switch that hides them."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import _
from core.store.examples import examples_hidden, set_examples_hidden
from core.store.index import RunRow
from pages import settings
from pages.widgets.shared import access, links, selection
from pages.widgets.ui import messages


def notice(rows: Sequence[RunRow]) -> None:
    """Says what is listed while there is no run of one's own."""
    if not all(row.example for row in rows):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            _(
                "These are examples that came with Overfit Lens, trained and ready to look at. "
                "Your own runs will stand above them."
            ),
            width="content",
        )
        links.to("train", _("Train one"))


def show_toggle(key: str) -> None:
    """Whether examples are listed: for everybody who uses this folder of runs, until it is switched
    back. Nothing where none came along, or in a demo."""
    if access.is_restricted("hide_examples") or not selection.has_examples():
        return
    shown = not examples_hidden(settings.runs_dir())
    # The key changes with what is noted, so that it shows what others have chosen.
    wanted = st.toggle(
        _("Examples"),
        shown,
        key=f"{key}.{shown}",
        help=_(
            "The example runs that came with Overfit Lens stay as they are. Switched off, "
            "they are not listed; links to them still open."
        ),
    )
    if wanted != shown:
        messages.rerun_after(lambda: set_examples_hidden(settings.runs_dir(), not wanted))
