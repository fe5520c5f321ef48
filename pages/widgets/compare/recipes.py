"""What the chosen recipes vary, and, of many, what came of it, as lines across axes, drawn in the
browser (parallel_coordinates.js): a line is named under the pointer and by the keys, and dragging
along an axis keeps the lines that cross there."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import _, ngettext, use_language
from core.compare.colours import BY_ITEM, ColourScheme
from core.compare.parallel_axes import build_parallel_axes
from core.recipe.difference import recipe_difference
from core.store.groups import Group
from core.views.parallel_coordinates import parallel_lines
from pages.widgets.compare import colour_choice
from pages.widgets.ui import figure, reading_table
from pages.widgets.ui.assets import script, style

_MIN_LINES = 3  # items; two are read better in the tables
_MAX_RECIPE_COLUMNS = 4  # recipes that are columns of the table
_AXES = 6  # recipe keys that are shown unasked
_FILE_NAME = "recipes-and-results"  # of files
_PARALLEL = st.components.v2.component(
    "overfit_lens_parallel",
    html='<div class="parallel"></div>',
    css=style("ui/camera", "compare/parallel_coordinates"),
    js=script("ui/element", "ui/solid", "ui/picture", "compare/parallel_coordinates"),
)


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """The keys that differ, then all recipes with their results as lines."""
    frame = recipe_difference({item.title: item.members[0].recipe for item in selected})
    if frame.empty:
        st.caption(_("The selected runs have the same recipe."))
    else:
        st.markdown(_("**Recipe differences**"))
        # Of many recipes a row each: their keys fit across, they would not.
        wide = (
            frame
            if len(selected) <= _MAX_RECIPE_COLUMNS
            else frame.set_index("key").T.reset_index(names="run")
        )
        names = {"key": _("setting"), "run": _("run")}
        reading_table.show(f"{key}.table", wide, _("Recipe differences"), names, height=480)
        figure.csv_button(f"{key}.difference", lambda: wide, "recipe-difference")
    _lines(f"{key}.lines", selected, colour_scheme)


def _lines(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """The figure, with a choice of its axes."""
    with use_language("en"):  # as files are
        found = build_parallel_axes(selected)
    if len(found.items) < _MIN_LINES:
        st.caption(
            _(
                "Choose three or more finished runs to see their recipes and results as "
                "parallel coordinates."
            )
        )
        return
    shown = st.multiselect(
        _("Recipe keys"),
        [dimension.title for dimension in found.recipe_dimensions],
        default=list(found.distinct_keys[:_AXES]),
        key="keys",
        bind="query-params",
        help=_("Only keys in which the selected runs differ."),
    )
    lines = parallel_lines(found, shown, colour_scheme)
    if colour_scheme.name == BY_ITEM:  # else it stands above every section
        colour_choice.legend(colour_scheme, found.items)
    _PARALLEL(key=key, data={**lines, "file": f"{_FILE_NAME}.png"})
    figure.csv_button(key, lambda: found.table, _FILE_NAME)
    if found.excluded_count:
        st.caption(
            ngettext(
                "1 without results yet is excluded.",
                "{count} without results yet are excluded.",
                found.excluded_count,
            )
        )
