"""The sections of Compare. Only the one that is open is computed."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

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
    no_results,
    photo_table,
    recipes,
    scores,
    varied_key,
)
from pages.widgets.shared import run_files, selection
from pages.widgets.ui import persistent, url_state

KEY = "compare"
RETAINED_CONTROLS = ("axis", "smooth", "log", "show")  # of the sections, as the link names them
PARAM_SECTIONS = {
    "photo": "Photos",
    "cell": "Confusion",
    "axis": "Curves",
    "show": "Photos",
    "set": "Photos|Confusion",
}  # in the link, of some sections


class SectionData(NamedTuple):
    """finished: those of the items with results, the one that others are compared with first."""

    selected: list[Group]
    finished: list[Group]
    colour_scheme: ColourScheme


def show_scores(data: SectionData) -> None:
    """What parts them in words, then every score."""
    if not data.finished:
        st.caption(_("Scores appear when a chosen run is done."))
        return
    if len(data.finished) > 1:
        difference.show(f"{KEY}.difference", data.finished, data.colour_scheme)
    varied_key.show(f"{KEY}.varied", data.finished, data.colour_scheme.colours)
    st.subheader(_("Scores"), anchor=False)
    scores.show(f"{KEY}.scores", data.finished, data.colour_scheme)


def show_curves(data: SectionData) -> None:
    curves.show(f"{KEY}.curves", data.selected, data.colour_scheme)


def show_photos(data: SectionData) -> None:
    photo_table.show(f"{KEY}.photos", data.finished)


def show_confusion(data: SectionData) -> None:
    predictions = run_files.read_finished("predictions.csv", data.finished)
    confusion.show(f"{KEY}.confusion", data.finished, predictions, data.colour_scheme)


def show_layers(data: SectionData) -> None:
    drift_overlay.show(f"{KEY}.drift", data.finished, data.colour_scheme)


def show_recipes(data: SectionData) -> None:
    recipes.show(f"{KEY}.recipes", data.selected, data.colour_scheme)


SECTIONS: dict[str, Callable[[SectionData], None]] = {
    N_("Scores"): show_scores,
    N_("Curves"): show_curves,
    N_("Photos"): show_photos,
    N_("Confusion"): show_confusion,
    N_("Layers"): show_layers,
    N_("Recipes"): show_recipes,
}


@st.fragment
def show_section(selected: list[Group], all_rows: list[RunRow]) -> None:
    """The open section: its controls draw it anew, and nothing else of the page."""
    persistent.retain_values(KEY, RETAINED_CONTROLS)
    url_state.read("section", SECTIONS, "Scores")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        section = (
            st.segmented_control(
                _("Show"),
                list(SECTIONS),
                required=True,
                key="section",
                format_func=translate,
                label_visibility="collapsed",
                wrap=True,
            )
            or "Scores"
        )
        url_state.write("section", section, "Scores")
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
    no_results.notice(selected, section)
    comparable.notice(finished)
    SECTIONS[section](SectionData(selected, finished, paint))
