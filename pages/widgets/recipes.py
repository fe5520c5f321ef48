"""What the chosen recipes vary, and, of many, what came of it, as parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.parallel import Dimension, parallel
from core.parallel_chart import parallel_coordinates
from core.store.compare import recipe_difference
from core.store.groups import Group
from pages.widgets import figure

_FEWEST = 3  # items; two are read better in the tables
_ACROSS = 4  # recipes that are columns of the table
_AXES = 6  # recipe keys that are shown unasked
_WIDE = 112  # pixels of an axis; on a narrow screen the figure is scrolled
# Plotly draws these axes black and their words with a white shadow, whatever the page's colours.
_STYLE = """<style>
.parcoords .axis .domain { stroke: #8a90a0 !important; }
.parcoords .axis line { stroke: #8a90a0 !important; }
.parcoords text { text-shadow: none !important; }
</style>"""


def show(key: str, items: Sequence[Group]) -> None:
    """The keys that differ, then all recipes with their results as lines."""
    frame = recipe_difference({item.title: item.members[0].recipe for item in items})
    if frame.empty:
        st.caption("The chosen runs follow the same recipe.")
    else:
        st.markdown("**What differs in the recipes**")
        # Of many recipes a row each: their keys fit across, they would not.
        wide = frame if len(items) <= _ACROSS else frame.set_index("key").T.reset_index(names="run")
        st.dataframe(
            wide,
            hide_index=True,
            height="content" if len(wide) <= 12 else 420,
            column_config={"key": "what"},
        )
        figure.csv_button(f"{key}.difference", wide, "recipe difference")
    _lines(f"{key}.lines", items)


def _lines(key: str, items: Sequence[Group]) -> None:
    """The figure with a choice of axes and of the result that colours the lines."""
    found = parallel(items)
    if len(found.items) < _FEWEST:
        st.caption("Choose three finished runs or more to see their recipes and results as lines.")
        return
    recipe = {dimension.title: dimension for dimension in found.recipe}
    results = {dimension.title: dimension for dimension in found.results}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=260):
            usual = next((n for n, name in enumerate(results) if name.endswith("objects")), 0)
            by = st.selectbox(
                "Colour by", list(results), index=usual, key="by",
                bind="query-params",
                help="Purple is low, yellow is high.",
            )  # fmt: skip
        shown = st.multiselect(
            "Recipe keys", list(recipe), default=list(found.leading[:_AXES]), key="keys",
            bind="query-params", help="Only keys in which the chosen runs differ.",
        )  # fmt: skip
    axes: list[Dimension] = [recipe[title] for title in shown] + list(results.values())
    st.html(_STYLE)
    figure.show(key, parallel_coordinates(axes, results[str(by)]), found.table,
                "recipes and results", least=_WIDE * len(axes))  # fmt: skip
    words = "A line per run or group. Drag along an axis to keep only the lines that cross there."
    if found.left_out:
        words += f" {found.left_out} without results yet are left out."
    st.caption(words)
