"""Deletes an imported data set, after asking, and brings deleted ones back."""

from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _
from core.store.data_trash import deletable, delete_dataset, deleted_datasets, restore_dataset
from core.store.status import utc_now
from core.store.trash import RETENTION
from pages import settings
from pages.widgets.shared import access, selection
from pages.widgets.ui import messages


def delete_button(key: str, root: Path) -> None:
    """The button, only for a data set that was imported."""
    if deletable(root) and st.button(
        _("Delete"),
        key=f"{key}.delete",
        icon=":material/delete:",
        help=_("Asks before deleting this data set"),
    ):
        st.dialog(_("Delete this data set?"))(_question)(key, root)


def show_deleted(key: str) -> None:
    """What was deleted, with a way back; nothing where there is nothing."""
    if access.is_restricted("delete_data"):
        return
    if error := st.session_state.pop(f"{key}.error", None):
        messages.show_error(error)
    deleted = deleted_datasets(settings.datasets_dir())
    if not deleted:
        return
    with st.expander(
        _("Deleted data sets ({count})", count=len(deleted)), icon=":material/delete:"
    ):
        for each in deleted:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    _("Restore"), key=f"{key}.{each.id}", on_click=_restore, args=(key, each.id)
                )
                st.markdown(
                    _(
                        "**{name}**: deleted {when:%d %b %Y, %H:%M} UTC; can be restored "
                        "until {until:%d %b %Y}",
                        name=formatting.escape_markdown(each.name),
                        when=each.deleted_at,
                        until=each.deleted_at + RETENTION,
                    )
                )


def _question(key: str, root: Path) -> None:
    st.markdown(
        _(
            "This deletes **{name}** with its photos, labels and boxes. It can be restored "
            "for {days} days. Its runs stay, but cannot be scored again without it.",
            name=formatting.escape_markdown(root.name),
            days=RETENTION.days,
        )
    )
    with st.container(horizontal=True):
        sure = st.button(
            _("Delete"), key=f"{key}.sure", type="primary", on_click=_delete, args=(key, root)
        )
        if sure:
            st.rerun()  # closes the question
        if st.button(_("Keep it"), key=f"{key}.keep"):
            st.rerun()


def _delete(key: str, root: Path) -> None:
    try:
        delete_dataset(root, selection.all_runs(), utc_now)
        name = formatting.escape_markdown(root.name)
        st.toast(_("{name} moved to the trash.", name=name), icon=":material/delete:")
    except InputError as error:
        st.session_state[f"{key}.error"] = str(error)


def _restore(key: str, deleted_id: str) -> None:
    try:
        place = restore_dataset(settings.datasets_dir(), deleted_id)
        name = formatting.escape_markdown(place.name)
        st.toast(_("{name} restored.", name=name), icon=":material/history:")
    except InputError as error:
        st.session_state[f"{key}.error"] = str(error)
