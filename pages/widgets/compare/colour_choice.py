"""What the colours of the chosen items tell, where they are more than colours can tell apart."""

from collections.abc import Sequence

import streamlit as st

from core.base import palette
from core.base.language import _
from core.compare.colours import ColourScheme, colour_schemes
from core.plots import figures
from core.store.groups import Group
from core.store.index import RunRow
from pages.widgets.shared import selection
from pages.widgets.shared.cached import cached
from pages.widgets.ui import url_state

_colour_schemes = cached(colour_schemes)


def show(selected: Sequence[Group], all_rows: Sequence[RunRow]) -> ColourScheme:
    """Each its own colour, or, of many items, a choice kept in the link as `colour`."""
    found = _colour_schemes(selected, all_rows)
    if len(found) == 1:
        st.query_params.pop("colour", None)
        return next(iter(found.values()))
    usual = next(iter(found))
    url_state.read("colour", found, usual)
    label = _("Colour by")
    with selection.choice_popover("colour", label, found[st.session_state["colour"]].title):
        name = url_state.select(
            "colour",
            label,
            list(found),
            usual,
            format_func=lambda name: found[name].title,
            help=_(
                "{count} colours would be hard to distinguish, so runs that share a value "
                "share a colour.",
                count=len(selected),
            ),
        )
    return found[name]


def legend(colour_scheme: ColourScheme, selected: Sequence[Group] = ()) -> None:
    """The colours with their words; of items with a colour each those of `selected`."""
    own = [
        (item.title, colour_scheme.colours[item.id], colour_scheme.marker(item.id))
        for item in selected
    ]
    marks = [
        f'<div style="display:flex;align-items:center;gap:6px">{palette.dot_html(colour, 12, mark)}'
        f"<span>{figures.escape_label(words)}</span></div>"
        for words, colour, mark in colour_scheme.legend or own
    ]
    if marks:
        st.html(
            '<div style="display:flex;flex-wrap:wrap;gap:2px 18px;font-size:0.875rem">'
            f"{''.join(marks)}</div>"
        )
