"""Which run the page shows: the one of the link, a box, and its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base import palette
from core.base.language import _
from core.compare import tables
from core.store.index import RunRow
from pages.widgets.run import neighbours


def show(key: str, rows: Sequence[RunRow]) -> RunRow | None:
    """The run of the link (`?run=<id>`), which the box and the buttons beside it change; None while
    none is chosen."""
    labels, known = tables.labels_by_id(rows), {row.id: row for row in rows}
    linked = st.query_params.get("run", "")
    if st.session_state.get(f"{key}.linked") != linked or st.session_state.get(key) not in known:
        st.session_state[key] = linked if linked in known else None
    current = st.session_state[key]
    neighbours.show(f"{key}.step", list(known), current)
    if current in known:
        st.html(palette.dot_html(palette.run_colour(current), 20), width="content")
    picked = st.selectbox(
        _("Run"),
        list(known),
        key=key,
        placeholder=_("Choose a run"),
        format_func=lambda id_: labels.get(id_, id_),
        label_visibility="collapsed",
        width=300,
    )
    if picked and picked != linked:
        st.query_params["run"] = picked
    st.session_state[f"{key}.linked"] = picked or linked
    return known[picked] if picked else None
