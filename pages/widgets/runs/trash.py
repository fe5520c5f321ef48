"""Deleted runs: the way back, at once after a deletion and later."""

from collections.abc import Sequence

import streamlit as st

from core.base.errors import InputError
from core.base.language import _, ngettext
from core.store.status import utc_now
from core.store.trash import delete_runs, restore_run, retention_text
from pages import settings
from pages.widgets.shared import selection
from pages.widgets.ui import messages

_LAST_DELETED_KEY = "trash.just"  # ids of the runs that were deleted last, in this session


def delete(problems_key: str, ids: Sequence[str]) -> None:
    """Moves runs to the trash and draws the page again; what hinders it goes into the session."""
    try:
        delete_runs(settings.runs_dir(), ids, utc_now)
    except InputError as error:
        st.session_state[problems_key] = [str(error)]
    else:
        st.session_state[_LAST_DELETED_KEY] = list(ids)
        if st.query_params.get("run") in ids:
            del st.query_params["run"]
    st.rerun()


def undo(key: str) -> None:
    """Says what was deleted last, and takes it back on a click."""
    ids = st.session_state.get(_LAST_DELETED_KEY, [])
    waiting = {row.id for row in selection.deleted_runs()} if ids else set()
    ids = [id_ for id_ in ids if id_ in waiting]
    if not ids:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=key):
        words = ngettext("1 run deleted.", "{count} runs deleted.", len(ids))
        st.markdown(f":material/delete: {words}", width="content")
        if st.button(_("Undo"), key=f"{key}.undo", type="primary", icon=":material/undo:"):
            _restore(ids)
        if st.button(_("Dismiss"), key=f"{key}.hide", type="tertiary"):
            del st.session_state[_LAST_DELETED_KEY]
            st.rerun()


def show(key: str) -> None:
    """The list of deleted runs, from which they come back; nothing while there are none."""
    rows = selection.deleted_runs()
    if not rows:
        return
    names = {
        row.id: _("{name}, seed {seed} ({run})", name=row.name, seed=row.recipe["seed"], run=row.id)
        for row in rows
    }
    label = _("Deleted ({count})", count=len(rows))
    with st.popover(label, icon=":material/delete:", key=f"{key}.deleted"):
        st.caption(_("Deleted runs are kept for {kept}.", kept=retention_text(settings.runs_dir())))
        ids = st.multiselect(
            _("Runs to restore"),
            list(names),
            key=f"{key}.ids",
            format_func=lambda id_: names.get(id_, id_),
        )
        if st.button(_("Restore"), key=f"{key}.restore", disabled=not ids, icon=":material/undo:"):
            _restore(ids)


def _restore(ids: Sequence[str]) -> None:
    with messages.show_errors():
        for id_ in ids:
            restore_run(settings.runs_dir(), id_)
        st.session_state.pop(_LAST_DELETED_KEY, None)
        st.rerun()
