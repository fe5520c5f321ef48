"""Compare: runs and groups of repeats side by side, what validation says next to what it hides.

The link chooses (`?runs=a,b&groups=g`, see pages.widgets.chosen); the first of the chosen, groups
before runs and older before newer, is what the others are compared with.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import charts, tables
from core.errors import InputError
from core.store.compare import recipe_difference
from core.store.groups import Group, mean_curves
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets import chosen, difference, drift_overlay, first_runs, scores, varied

KEY = "compare"


def histories_of(items: list[Group]) -> dict[str, Any]:
    """The curves of every item that has any; a group's are means over its runs."""
    found = {}
    for item in items:
        histories = []
        for row in item.members:
            try:
                histories.append(open_run(settings.runs_dir(), row.id).history())
            except InputError as error:
                st.error(str(error), icon=":material/error:")
        histories = [history for history in histories if not history.empty]
        if histories:
            found[item.id] = mean_curves(histories) if item.repeats > 1 else histories[-1]
    return found


def show_curves(items: list[Group], all_rows: list[RunRow]) -> None:
    """Loss and accuracy of every chosen item on one scale."""
    histories = histories_of(items)
    if not histories:
        st.caption("No chosen run has finished an epoch yet.")
        return
    labels = {item.id: item.title for item in items}
    paint = chosen.paint(items, all_rows)
    loss, accuracy = st.columns(2)
    with loss:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Loss**", width="content")
            st.space("stretch")
            log = st.toggle("Log scale", key="log", bind="query-params")
        st.plotly_chart(charts.curves(histories, labels, paint, "loss", log), key=f"{KEY}.loss",
                        config=charts.PLOT_CONFIG)  # fmt: skip
    with accuracy:
        st.markdown("**Validation accuracy**", help=tables.SCORE_WORDS["accuracy"])
        st.plotly_chart(charts.curves(histories, labels, paint, "accuracy"),
                        key=f"{KEY}.accuracy", config=charts.PLOT_CONFIG)  # fmt: skip
    if any(item.repeats > 1 for item in items):
        st.caption("A group's line is the mean over its runs, its band goes from the lowest to the "
                   "highest.")  # fmt: skip


def show_difference(items: list[Group]) -> None:
    """The recipe keys in which the chosen items differ."""
    frame = recipe_difference({item.title: item.members[0].recipe for item in items})
    if frame.empty:
        st.caption("The chosen runs follow the same recipe.")
    else:
        st.dataframe(frame, hide_index=True, height="content", column_config={"key": "what"})


def show_page(everything: list[RunRow]) -> None:
    """All of the page, for the runs and groups in its link."""
    items = chosen.show_items(KEY, everything)
    if not items:
        st.info("Choose two runs or more to see them side by side.")
        return
    for row in (row for item in items for row in item.members if row.problem):
        st.error(str(row.problem), icon=":material/error:")
    finished = [item for item in items if item.finished()]
    if len(finished) > 1:
        difference.show(f"{KEY}.difference", finished)
    if finished:
        scores.headline(finished, everything)
    else:
        st.caption("Scores appear when a chosen run is done.")
    st.page_link("pages/cams.py", label="See where they look", icon=":material/frame_inspect:",
                 query_params=chosen.link(items))  # fmt: skip
    if finished:
        st.subheader("Scores", anchor=False)
        varied.show(f"{KEY}.varied", finished, everything)
        scores.show(f"{KEY}.scores", finished, everything)
        drift_overlay.show(f"{KEY}.drift", finished, everything)
    st.subheader("Curves", anchor=False)
    show_curves(items, everything)
    if len(items) > 1:
        st.subheader("What differs in the recipes", anchor=False)
        show_difference(items)


st.title("Compare", anchor=False)
runs = chosen.all_runs()
if runs:
    show_page(runs)
else:
    st.write("There are no runs to compare yet. Train one on the Train page, or take these two:")
    first_runs.show(f"{KEY}.first")
