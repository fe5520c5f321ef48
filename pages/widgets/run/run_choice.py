"""Which run the page shows: the one of the link, a box, and its neighbours."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.base import palette
from core.base.language import _
from core.store.index import RunRow
from pages.widgets.run import neighbours


def linked_run(rows: Sequence[RunRow]) -> RunRow:
    """The run of the link (`?run=<id>`), else the newest."""
    return next((row for row in rows if row.id == st.query_params.get("run")), rows[0])


def show(key: str, rows: Sequence[RunRow], labels: Mapping[str, str]) -> RunRow:
    """`linked_run`, which the box and the buttons beside it change. labels: by run id."""
    shown = linked_run(rows)
    neighbours.show(f"{key}.step", [row.id for row in rows], shown.id)
    st.html(palette.dot_html(palette.run_colour(shown.id), 20), width="content")
    st.session_state[key] = shown.id
    st.selectbox(
        _("Run"),
        [row.id for row in rows],
        key=key,
        format_func=lambda id_: labels.get(id_, id_),
        on_change=_write_link,
        args=(key,),
        label_visibility="collapsed",
        width=300,
    )
    return shown


def _write_link(key: str) -> None:
    st.query_params["run"] = st.session_state[key]
