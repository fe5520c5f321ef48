"""Which run the page shows: the one of the link, a box, and its neighbours."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.base import palette
from core.base.language import _
from core.store.index import RunRow


def linked_run(rows: Sequence[RunRow]) -> RunRow:
    """The run of the link (`?run=<id>`), else the newest."""
    return next((row for row in rows if row.id == st.query_params.get("run")), rows[0])


def show(key: str, rows: Sequence[RunRow], labels: Mapping[str, str]) -> RunRow:
    """`linked_run`, which the box and the buttons beside it change. labels: by run id."""
    shown = linked_run(rows)
    _show_neighbours(f"{key}.step", [row.id for row in rows], shown.id)
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


def _show_neighbours(key: str, ids: Sequence[str], current: str) -> None:
    """Two buttons that put another of `ids` (newest first) into the link (`?run=<id>`)."""
    place = ids.index(current)
    newer = _("Previous run in the list (newer). Key: {key}", key="K")
    older = _("Next run in the list (older). Key: {key}", key="J")
    for name, label, icon, shortcut, words, step in (
        ("newer", _("Newer"), ":material/chevron_left:", "K", newer, -1),
        ("older", _("Older"), ":material/chevron_right:", "J", older, 1),
    ):
        target = place + step
        there = 0 <= target < len(ids)
        st.button(
            label,
            icon=icon,
            key=f"{key}.{name}",
            shortcut=shortcut,
            help=words,
            disabled=not there,
            on_click=st.query_params.update,
            args=({"run": ids[target] if there else ""},),
        )
