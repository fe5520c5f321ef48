"""The sections of Compare. Only the one that is open is computed."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.compare.colours import ColourScheme
from core.store.groups import Group
from core.store.index import RunRow
from pages.widgets.compare import (
    colour_choice,
    comparable,
    confusion,
    curves,
    difference,
    drift_overlay,
    photo_table,
    recipes,
    scores,
)
from pages.widgets.shared import selection
from pages.widgets.shared.run_state import BADGES
from pages.widgets.ui import url_state

KEY = "compare"
RETAINED_CONTROLS = ("axis", "smooth", "log", "show")  # of the sections, as the link names them
PARAM_SECTIONS = {
    "photo": "Photos",
    "cell": "Confusion",
    "axis": "Curves",
    "show": "Photos",
    "set": "Photos|Confusion",
}  # in the link, of some sections
_MAX_NAMED = 6  # items that the _note_missing names
_NEED_NO_RESULTS = ("Curves", "Recipes")  # the sections that need no results


class SectionData(NamedTuple):
    """finished: those of the items with results, the one that others are compared with first."""

    selected: list[Group]
    finished: list[Group]
    colour_scheme: ColourScheme


def show_scores(data: SectionData) -> None:
    """What parts them in words, then every score."""
    if not data.finished:
        st.caption(_("Scores appear when a selected run is done."))
        return
    if len(data.finished) > 1:
        difference.show(f"{KEY}.difference", data.finished, data.colour_scheme)
    scores.show_by_varied_key(f"{KEY}.varied", data.finished, data.colour_scheme.colours)
    st.subheader(_("Scores"), anchor=False)
    scores.show(f"{KEY}.scores", data.finished, data.colour_scheme)


SECTIONS: dict[str, Callable[[SectionData], None]] = {
    N_("Scores"): show_scores,
    N_("Curves"): lambda data: curves.show(f"{KEY}.curves", data.selected, data.colour_scheme),
    N_("Photos"): lambda data: photo_table.show(f"{KEY}.photos", data.finished),
    N_("Confusion"): lambda data: confusion.show(
        f"{KEY}.confusion", data.finished, data.colour_scheme
    ),
    N_("Layers"): lambda data: drift_overlay.show(
        f"{KEY}.drift", data.finished, data.colour_scheme
    ),
    N_("Recipes"): lambda data: recipes.show(f"{KEY}.recipes", data.selected, data.colour_scheme),
}


@st.fragment
def show_section(selected: list[Group], all_rows: list[RunRow]) -> None:
    """The open section: its controls draw it anew, and nothing else of the page."""
    url_state.retain_values(KEY, RETAINED_CONTROLS)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        section = url_state.segments(
            "section",
            _("Show"),
            list(SECTIONS),
            "Scores",
            format_func=translate,
            label_visibility="collapsed",
            wrap=True,
        )
        paint = colour_choice.show(selected, all_rows)
        finished = [item for item in selected if item.evaluated_members()]
        if len(finished) > 2 and section == "Scores":
            first = selection.choose_one(
                KEY, _("Compared with"), finished, "against", in_popover=True
            )
            finished = [first, *(item for item in finished if item.id != first.id)]
    for name, places in PARAM_SECTIONS.items():
        if section not in places:  # the link tells what is on screen
            st.query_params.pop(name, None)
    colour_choice.legend(paint)
    _note_missing(selected, section)
    comparable.notice(finished)
    SECTIONS[section](SectionData(selected, finished, paint))


def _note_missing(selected: Sequence[Group], section: str) -> None:
    """Says which items the section leaves out, and why; where all are, it says so itself."""
    missing = [item for item in selected if not item.evaluated_members()]
    if section in _NEED_NO_RESULTS or not missing or len(missing) == len(selected):
        return
    st.caption(
        _(
            "Not shown here because they have no results: {runs}. Curves and Recipes show them.",
            runs=formatting.join_names([_named(item) for item in missing], _MAX_NAMED),
        )
    )


def _named(item: Group) -> str:
    states = dict.fromkeys(row.status.state for row in item.members)
    return _(
        "{run} ({states})",
        run=formatting.escape_markdown(item.title),
        states=_(", ").join(translate(BADGES[state][0]) for state in states),
    )
