"""Compare: runs and groups of repeats side by side, what validation says next to what it hides.

The link chooses (`?runs=a,b&groups=g`, see pages.widgets.shared.selection), and so does it
with the section and every control in it. Only the section that is open is computed."""

import streamlit as st

from core.base.language import _
from core.compare.colours import BY_ITEM, colour_schemes
from core.store.index import RunRow
from pages.widgets.compare import clearest_pair, difference, scores
from pages.widgets.compare.sections import KEY, show_section
from pages.widgets.shared import first_runs, links, report, selection
from pages.widgets.ui import messages


def show_page(all_rows: list[RunRow]) -> None:
    """All of the page, for the runs and groups in its link."""
    items = selection.choose_items(KEY, all_rows)
    if not items:
        st.info(_("Choose two or more runs to compare them."))
        clearest_pair.show(f"{KEY}.pair", all_rows)
        return
    for row in (row for item in items for row in item.members if row.problem):
        messages.show_error(row.problem)
    finished = [item for item in items if item.evaluated_members()]
    if finished and len(items) <= difference.MAX_IN_SENTENCES:
        scores.headline(finished, colour_schemes(items, all_rows)[BY_ITEM])
    with st.container(horizontal=True, vertical_alignment="center"):
        links.to("cams", _("See where they look"), **selection.link_params(items))
        clearest_pair.show(f"{KEY}.pair", all_rows)
        report.button(KEY, items, all_rows)
    show_section(items, all_rows)


st.title(_("Compare"), anchor=False)
runs = selection.all_runs()
if runs:
    show_page(runs)
else:
    st.write(_("No runs to compare yet. Train one on the Train page, or start with these two:"))
    first_runs.show(f"{KEY}.first")
