"""Compare: runs and groups of repeats side by side, what validation says next to what it hides.

The link chooses (`?runs=a,b&groups=g`, see pages.widgets.chosen), and so does it with the section
and every control in it. Only the section that is open is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from core.paints import OWN, Paint, paints
from core.store.groups import Group
from core.store.index import RunRow
from core.words import mark, retell, say
from pages.widgets import (
    chosen,
    clearest_pair,
    confusion,
    curves,
    difference,
    drift_overlay,
    first_runs,
    kept,
    linked,
    no_results,
    paint_choice,
    photo_table,
    recipes,
    report,
    run_files,
    same_photos,
    scores,
    told,
    varied,
)
from pages.widgets.made import Look

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
        st.caption(say("Scores appear when a chosen run is done."))
        return
    if len(what.finished) > 1:
        difference.show(f"{KEY}.difference", what.finished, what.paint, what.look)
    varied.show(f"{KEY}.varied", what.finished, what.paint.colours, what.look)
    st.subheader(say("Scores"), anchor=False)
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
    mark("Scores"): show_scores,
    mark("Curves"): show_curves,
    mark("Photos"): show_photos,
    mark("Confusion"): show_confusion,
    mark("Layers"): show_layers,
    mark("Recipes"): show_recipes,
}


@st.fragment
def show_section(items: list[Group], everything: list[RunRow], look: Look) -> None:
    """The open section: its controls draw it anew, and nothing else of the page."""
    kept.keep(KEY, CONTROLS)
    linked.settle("section", SECTIONS, "Scores")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        section = (
            st.segmented_control(
                say("Show"),
                list(SECTIONS),
                required=True,
                key="section",
                format_func=retell,
                label_visibility="collapsed",
                wrap=True,
            )
            or "Scores"
        )
        linked.tell("section", section, "Scores")
        paint = paint_choice.show(items, everything)
        finished = [item for item in items if item.finished()]
        if len(finished) > 2 and section == "Scores":
            first = chosen.pick(KEY, say("Compared with"), finished, "against", folded=True)
            finished = [first, *(item for item in finished if item.id != first.id)]
    for name, places in PLACES.items():
        if section not in places:  # the link tells what is on screen
            st.query_params.pop(name, None)
    paint_choice.legend(paint)
    no_results.notice(items, section)
    same_photos.notice(finished)
    SECTIONS[section](Chosen(items, finished, paint, look))


def show_page(everything: list[RunRow], look: Look) -> None:
    """All of the page, for the runs and groups in its link."""
    items = chosen.show_items(KEY, everything)
    if not items:
        st.info(say("Choose two runs or more to see them side by side."))
        clearest_pair.show(f"{KEY}.pair", everything, look)
        return
    for row in (row for item in items for row in item.members if row.problem):
        told.error(row.problem)
    finished = [item for item in items if item.finished()]
    if finished and len(items) <= difference.FEW:
        scores.headline(finished, paints(items, everything)[OWN])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "pages/cams.py",
            label=say("See where they look"),
            width="content",
            icon=":material/frame_inspect:",
            query_params=chosen.link(items),
        )
        clearest_pair.show(f"{KEY}.pair", everything, look)
        report.button(KEY, items, everything)
    show_section(items, everything, look)


st.title(say("Compare"), anchor=False)
version, runs = chosen.look()
if runs:
    show_page(runs, Look(version))
else:
    st.write(
        say("There are no runs to compare yet. Train one on the Train page, or take these two:")
    )
    first_runs.show(f"{KEY}.first")
