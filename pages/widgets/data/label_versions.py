"""The labels and boxes that were replaced: when, by what, and a way back."""

from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.data.label_edits import label_versions, restore_version
from core.store.status import utc_now
from pages.widgets.shared import access
from pages.widgets.ui import messages

_MAX_LISTED = 20


def show(key: str, root: Path) -> None:
    """The earlier versions, newest first, each with a button; nothing where there is none."""
    if access.is_restricted("label"):
        return
    versions = label_versions(root)
    if error := st.session_state.pop(f"{key}.error", None):
        messages.show_error(error)
    if not versions:
        return
    with st.expander(_("Earlier labels ({count})", count=len(versions)), icon=":material/history:"):
        st.caption(
            _(
                "Each change saves the previous tables in the data set's folder "
                "`.earlier`. Restoring one changes the labels of all test sets; this can "
                "be undone too."
            )
        )
        for version in versions[:_MAX_LISTED]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    _("Restore"),
                    key=f"{key}.{version.id}",
                    on_click=_restore,
                    args=(key, root, version.id),
                    help=_("Labels and boxes just before this change."),
                )
                words = formatting.escape_markdown(translate(version.change))
                st.markdown(
                    _(
                        "{when:%d %b %Y, %H:%M:%S} UTC, before: {change}",
                        when=version.replaced_at,
                        change=words,
                    )
                )
        if len(versions) > _MAX_LISTED:
            st.caption(
                _("{count} older ones are in the folder.", count=len(versions) - _MAX_LISTED)
            )


def _restore(key: str, root: Path, version: str) -> None:
    try:
        restore_version(root, version, utc_now)
        st.toast(_("Earlier labels restored."), icon=":material/history:")
    except InputError as error:
        st.session_state[f"{key}.error"] = str(error)
