"""What the chosen recipes vary, and, of many, what came of it, as parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base.language import _, ngettext, spoken
from core.compare.colours import OWN, Paint
from core.compare.parallel_axes import parallel
from core.recipe.difference import recipe_difference
from core.store.groups import Group
from core.views.parallel_coordinates import parallel_lines
from pages.widgets.compare import colour_choice
from pages.widgets.compare import parallel_coordinates as parallel_widget
from pages.widgets.ui import figure, reading_table

_FEWEST = 3  # items; two are read better in the tables
_ACROSS = 4  # recipes that are columns of the table
_AXES = 6  # recipe keys that are shown unasked
_NAME = "recipes-and-results"  # of files


def show(key: str, items: Sequence[Group], paint: Paint) -> None:
    """The keys that differ, then all recipes with their results as lines."""
    frame = recipe_difference({item.title: item.members[0].recipe for item in items})
    if frame.empty:
        st.caption(_("The chosen runs follow the same recipe."))
    else:
        st.markdown(_("**What differs in the recipes**"))
        # Of many recipes a row each: their keys fit across, they would not.
        wide = frame if len(items) <= _ACROSS else frame.set_index("key").T.reset_index(names="run")
        names = {"key": _("what"), "run": _("run")}
        reading_table.show(
            f"{key}.table", wide, _("What differs in the recipes"), names, height=480
        )
        figure.csv_button(f"{key}.difference", lambda: wide, "recipe-difference")
    _lines(f"{key}.lines", items, paint)


def _lines(key: str, items: Sequence[Group], paint: Paint) -> None:
    """The figure, with a choice of its axes."""
    with spoken("en"):  # as files are
        found = parallel(items)
    if len(found.items) < _FEWEST:
        st.caption(
            _("Choose three finished runs or more to see their recipes and results as lines.")
        )
        return
    shown = st.multiselect(
        _("Recipe keys"),
        [dimension.title for dimension in found.recipe],
        default=list(found.leading[:_AXES]),
        key="keys",
        bind="query-params",
        help=_("Only keys in which the chosen runs differ."),
    )
    lines = parallel_lines(found, shown, paint)
    if paint.name == OWN:  # else it stands above every section
        colour_choice.legend(paint, found.items)
    parallel_widget.show(key, lines, _NAME)
    figure.csv_button(key, lambda: found.table, _NAME)
    if found.left_out:
        st.caption(
            ngettext(
                "1 without results yet is left out.",
                "{count} without results yet are left out.",
                found.left_out,
            )
        )
