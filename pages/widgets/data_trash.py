"""Deletes an imported data set, after asking, and brings deleted ones back."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import text
from core.errors import InputError
from core.store.deleted_data import (
    deletable,
    delete_dataset,
    deleted_datasets,
    restore_dataset,
)
from core.store.run import utc_now
from core.store.trash import KEPT
from pages import settings
from pages.widgets import chosen, door, told


def delete(key: str, root: Path) -> None:
    """The button, only for a data set that was imported."""
    if deletable(root) and st.button("Delete", key=f"{key}.delete", icon=":material/delete:",
                                     help="This data set, after a question"):  # fmt: skip
        _ask(key, root)


def bring_back(key: str) -> None:
    """What was deleted, with a way back; nothing where there is nothing."""
    if door.shut("delete_data"):
        return
    if error := st.session_state.pop(f"{key}.error", None):
        told.error(error)
    deleted = deleted_datasets(settings.data_parent())
    if not deleted:
        return
    with st.expander(f"Deleted data sets ({len(deleted)})", icon=":material/delete:"):
        for each in deleted:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button("Bring back", key=f"{key}.{each.id}", on_click=_restore,
                          args=(key, each.id))  # fmt: skip
                st.markdown(
                    f"**{text.plain_markdown(each.name)}**, deleted {each.when:%d %b %Y, %H:%M} "
                    f"UTC; it can be brought back until {each.when + KEPT:%d %b %Y}"
                )


@st.dialog("Delete this data set?")
def _ask(key: str, root: Path) -> None:
    st.markdown(
        f"**{text.plain_markdown(root.name)}**, with its photos, labels and boxes. It can be "
        f"brought back for {KEPT.days} days. "
        "Runs on it stay, but cannot be scored again without it."
    )
    with st.container(horizontal=True):
        sure = st.button("Delete", key=f"{key}.sure", type="primary", on_click=_delete,
                         args=(key, root))  # fmt: skip
        if sure:
            st.rerun()  # closes the question
        if st.button("Keep it", key=f"{key}.keep"):
            st.rerun()


def _delete(key: str, root: Path) -> None:
    try:
        delete_dataset(root, chosen.all_runs(), utc_now)
        st.toast(f"{text.plain_markdown(root.name)} is in the trash.", icon=":material/delete:")
    except InputError as error:
        st.session_state[f"{key}.error"] = str(error)


def _restore(key: str, deleted: str) -> None:
    try:
        place = restore_dataset(settings.data_parent(), deleted)
        st.toast(f"{text.plain_markdown(place.name)} is back.", icon=":material/history:")
    except InputError as error:
        st.session_state[f"{key}.error"] = str(error)
