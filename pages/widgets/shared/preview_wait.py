"""What a page says while the preview process starts: it makes the pictures that need torch."""

import streamlit as st

from core.base.errors import InputError
from core.base.language import _
from core.jobs.preview import client
from pages import settings
from pages.widgets.ui import messages

_POLL_SECONDS = 0.7


def show(key: str) -> bool:
    """Whether the process is ready. Until then this says so, and draws the page anew when it is."""
    try:
        if client.ensure_preview(settings.runs_dir()):
            return True
        st.fragment(_wait, run_every=_POLL_SECONDS)()
    except InputError as error:
        messages.show_error(error)
        st.button(_("Try again"), key=f"{key}.wake", icon=":material/refresh:")
    return False


def _wait() -> None:
    try:
        if client.ensure_preview(settings.runs_dir()):
            st.rerun()
    except InputError:
        st.rerun()  # the page tells it
    st.caption(
        _(
            ":material/hourglass_top: Starting the preview process. This takes a few "
            "seconds the first time."
        )
    )
