"""Compare: runs and groups of repeats side by side, what validation says next to what it hides.

The link chooses (`?runs=a,b&groups=g`, see pages.widgets.shared.selection), and so does it with the
section and every control in it. Only the section that is open is computed."""

from __future__ import annotations

import streamlit as st

from core.base.language import _
from core.compare.colours import OWN, paints
from core.store.index import RunRow
from pages.widgets.compare import clearest_pair, difference, scores
from pages.widgets.compare.sections import KEY, show_section
from pages.widgets.shared import first_runs, report, selection
from pages.widgets.shared.snapshot import Look
from pages.widgets.ui import messages


def show_page(everything: list[RunRow], look: Look) -> None:
    """All of the page, for the runs and groups in its link."""
    items = selection.show_items(KEY, everything)
    if not items:
        st.info(_("Choose two runs or more to see them side by side."))
        clearest_pair.show(f"{KEY}.pair", everything, look)
        return
    for row in (row for item in items for row in item.members if row.problem):
        messages.error(row.problem)
    finished = [item for item in items if item.finished()]
    if finished and len(items) <= difference.FEW:
        scores.headline(finished, paints(items, everything)[OWN])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/cams.py",
            label=_("See where they look"),
            width="content",
            icon=":material/frame_inspect:",
            query_params=selection.link(items),
        )
        clearest_pair.show(f"{KEY}.pair", everything, look)
        report.button(KEY, items, everything)
    show_section(items, everything, look)


st.title(_("Compare"), anchor=False)
version, runs = selection.look()
if runs:
    show_page(runs, Look(version))
else:
    st.write(_("There are no runs to compare yet. Train one on the Train page, or take these two:"))
    first_runs.show(f"{KEY}.first")
