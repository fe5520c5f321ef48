"""CAMs: where each run looks, photo by photo."""

from __future__ import annotations

import streamlit as st

from core.data.dataset import read_dataset
from core.errors import InputError
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets import cam_grid, chosen, first_runs

KEY = "cams"


def show_page(everything: list[RunRow]) -> None:
    """The grid of the runs and the test set in the page's link."""
    left, right = st.columns([3, 1])
    with left:
        rows = [row for row in chosen.show(KEY, everything) if not row.problem]
    if not rows:
        st.info("Choose runs to see their class maps.")
        return
    folder = open_run(settings.runs_dir(), rows[0].id).data_dir()
    dataset = read_dataset(folder)
    names = [test_set.name for test_set in dataset.test_sets]
    if not names:
        st.info(f"{dataset.title} has no test set. Add a folder of photos beside `train/`.")
        return
    with right:
        set_name = st.selectbox(
            "Photos",
            names,
            index=names.index("test_difficult") if "test_difficult" in names else 0,
            key="set",
            bind="query-params",
            help="Photos that no training has seen.",
        )
    others = [row for row in rows if open_run(settings.runs_dir(), row.id).data_dir() != folder]
    if others:
        st.warning(
            f"Left out, because they trained on other photos than {rows[0].name}: "
            + ", ".join(row.name for row in others)
        )
    cam_grid.show(f"{KEY}.grid", [row for row in rows if row not in others], everything,
                  dataset, str(set_name))  # fmt: skip


st.title("CAMs", anchor=False)
st.caption(
    "A class activation map shows which parts of a photo speak for a class. A network that has "
    "learned books looks at the book; one that has learned the shoot looks anywhere. Of a run with "
    "the dense head the map is its Grad-CAM."
)
runs = chosen.all_runs()
if runs:
    try:
        show_page(runs)
    except InputError as problem:
        st.error(str(problem), icon=":material/error:")
else:
    st.write("Class maps come with a finished run. Train one on the Train page, or take these two:")
    first_runs.show(f"{KEY}.first")
