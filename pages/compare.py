"""Compare: runs side by side, what validation says next to what it hides."""

from __future__ import annotations

import streamlit as st

from core import charts, tables
from core.errors import InputError
from core.store.compare import recipe_difference
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets import chosen, first_runs, scores

KEY = "compare"


def show_curves(rows: list[RunRow], all_rows: list[RunRow]) -> None:
    """Loss and accuracy of every chosen run on one scale."""
    histories = {}
    for row in rows:
        try:
            history = open_run(settings.runs_dir(), row.id).history()
        except InputError as error:
            st.error(str(error), icon=":material/error:")
            continue
        if not history.empty:
            histories[row.id] = history
    if not histories:
        st.caption("No chosen run has finished an epoch yet.")
        return
    labels = tables.labels_of(all_rows)
    paint = chosen.colours(all_rows, list(histories))
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


def show_difference(rows: list[RunRow], all_rows: list[RunRow]) -> None:
    """The recipe keys in which the chosen runs differ."""
    labels = tables.labels_of(all_rows)
    difference = recipe_difference({labels[row.id]: row.recipe for row in rows})
    if difference.empty:
        st.caption("The chosen runs follow the same recipe.")
    else:
        st.dataframe(difference, hide_index=True, height="content",
                     column_config={"key": "what"})  # fmt: skip


def show_page(everything: list[RunRow]) -> None:
    """All of the page, for the runs in its link."""
    rows = chosen.show(KEY, everything)
    if not rows:
        st.info("Choose two runs or more to see them side by side.")
        return
    for row in (row for row in rows if row.problem):
        st.error(str(row.problem), icon=":material/error:")
    finished = [row for row in rows if row.summary]
    sets = tables.scored_sets(finished)
    if finished:
        hard = "test_difficult" if "test_difficult" in sets else (sets or [""])[-1]
        scores.headline(finished, everything, hard)
    else:
        st.caption("Scores appear when a chosen run is done.")
    st.page_link("pages/cams.py", label="See where they look", icon=":material/frame_inspect:",
                 query_params={"runs": ",".join(row.id for row in rows)})  # fmt: skip
    if finished:
        st.subheader("Scores", anchor=False)
        scores.show(f"{KEY}.scores", finished, everything)
    st.subheader("Curves", anchor=False)
    show_curves(rows, everything)
    if len(rows) > 1:
        st.subheader("What differs in the recipes", anchor=False)
        show_difference(rows, everything)


st.title("Compare", anchor=False)
runs = chosen.all_runs()
if runs:
    show_page(runs)
else:
    st.write("There are no runs to compare yet. Train one on the Train page, or take these two:")
    first_runs.show(f"{KEY}.first")
