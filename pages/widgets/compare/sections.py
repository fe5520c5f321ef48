"""The sections of Compare. Only the one that is open is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from core.base.language import N_, _, translate
from core.compare.colours import Paint
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
from pages.widgets.shared.snapshot import Look
from pages.widgets.ui import persistent, url_state

KEY = "compare"
CONTROLS = ("axis", "smooth", "log", "show")  # of the sections, as the link names them
PLACES = {
    "photo": "Photos",
    "cell": "Confusion",
    "axis": "Curves",
    "show": "Photos",
    "set": "Photos|Confusion",
}  # in the link, of some sections


class Chosen(NamedTuple):
    """finished: those of the items with results, the one that others are compared with first."""

    items: list[Group]
    finished: list[Group]
    paint: Paint
    look: Look


def show_scores(what: Chosen) -> None:
    """What parts them in words, then every score."""
    if not what.finished:
        st.caption(_("Scores appear when a chosen run is done."))
        return
    if len(what.finished) > 1:
        difference.show(f"{KEY}.difference", what.finished, what.paint, what.look)
    varied_key.show(f"{KEY}.varied", what.finished, what.paint.colours, what.look)
    st.subheader(_("Scores"), anchor=False)
    scores.show(f"{KEY}.scores", what.finished, what.paint, what.look)


def show_curves(what: Chosen) -> None:
    curves.show(f"{KEY}.curves", what.items, what.paint)


def show_photos(what: Chosen) -> None:
    photo_table.show(f"{KEY}.photos", what.finished, what.look)


def show_confusion(what: Chosen) -> None:
    predictions = run_files.finished("predictions.csv", what.finished)
    confusion.show(f"{KEY}.confusion", what.finished, predictions, what.paint)


def show_layers(what: Chosen) -> None:
    drift_overlay.show(f"{KEY}.drift", what.finished, what.paint)


def show_recipes(what: Chosen) -> None:
    recipes.show(f"{KEY}.recipes", what.items, what.paint)


SECTIONS: dict[str, Callable[[Chosen], None]] = {
    N_("Scores"): show_scores,
    N_("Curves"): show_curves,
    N_("Photos"): show_photos,
    N_("Confusion"): show_confusion,
    N_("Layers"): show_layers,
    N_("Recipes"): show_recipes,
}


@st.fragment
def show_section(items: list[Group], everything: list[RunRow], look: Look) -> None:
    """The open section: its controls draw it anew, and nothing else of the page."""
    persistent.keep(KEY, CONTROLS)
    url_state.settle("section", SECTIONS, "Scores")
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
        url_state.tell("section", section, "Scores")
        paint = colour_choice.show(items, everything)
        finished = [item for item in items if item.finished()]
        if len(finished) > 2 and section == "Scores":
            first = selection.pick(KEY, _("Compared with"), finished, "against", folded=True)
            finished = [first, *(item for item in finished if item.id != first.id)]
    for name, places in PLACES.items():
        if section not in places:  # the link tells what is on screen
            st.query_params.pop(name, None)
    colour_choice.legend(paint)
    no_results.notice(items, section)
    comparable.notice(finished)
    SECTIONS[section](Chosen(items, finished, paint, look))
