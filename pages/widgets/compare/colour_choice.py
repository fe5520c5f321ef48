"""What the colours of the chosen items tell, where they are more than colours can tell apart."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base import palette
from core.base.language import _
from core.compare.colours import Paint, paints
from core.plots import figures
from core.store.groups import Group
from core.store.index import RunRow
from pages.widgets.shared import selection
from pages.widgets.ui import url_state


def show(items: Sequence[Group], all_rows: Sequence[RunRow]) -> Paint:
    """Each its own colour, or, of many items, a choice kept in the link as `colour`."""
    found = paints(items, all_rows)
    if len(found) == 1:
        st.query_params.pop("colour", None)
        return next(iter(found.values()))
    usual = next(iter(found))
    url_state.settle("colour", found, usual)
    label = _("Colours tell")
    with selection.folded_place("colour", label, found[st.session_state["colour"]].title):
        name = st.selectbox(
            label,
            list(found),
            key="colour",
            format_func=lambda name: found[name].title,
            help=_(
                "{count} colours could not be told apart, so runs that share something share "
                "a colour.",
                count=len(items),
            ),
        )
    url_state.tell("colour", name, usual)
    return found[name]


def legend(paint: Paint, items: Sequence[Group] = ()) -> None:
    """The colours with their words; of items with a colour each those of `items`."""
    own = [(item.title, paint.colours[item.id], paint.marker(item.id)) for item in items]
    marks = [
        f'<div style="display:flex;align-items:center;gap:6px">{palette.dot(colour, 12, mark)}'
        f"<span>{figures.plain_name(words)}</span></div>"
        for words, colour, mark in paint.legend or own
    ]
    if marks:
        st.html(
            '<div style="display:flex;flex-wrap:wrap;gap:2px 18px;font-size:0.875rem">'
            f"{''.join(marks)}</div>"
        )
