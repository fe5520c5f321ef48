"""The preview process: whether it is there, and a button that ends it."""

from __future__ import annotations

import streamlit as st

from core.base.errors import InputError
from core.base.language import say
from core.jobs.detached import Detached
from core.jobs.preview import client
from pages import settings
from pages.widgets.ui import messages


def show(key: str) -> None:
    """It starts when a page asks it something, so all it needs is a way to be rid of it."""
    pid = Detached(client.COMMAND, settings.runs_dir()).pid()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(say("Preview process"), anchor=False, width="content")
            if pid:
                st.badge(say("ready"), icon=":material/play_arrow:", color="green")
            else:
                st.badge(say("not running"), icon=":material/power_settings_new:", color="gray")
        st.caption(
            say(
                "Makes the varied views on Train and the answers on Try it, also while a run "
                "trains. It starts when a page asks for one of them, and leaves after ten idle "
                "minutes."
            )
        )
        if not pid:
            return
        st.caption(say("Process {pid}", pid=pid))
        if st.button(
            say("Stop"),
            key=f"{key}.stop",
            icon=":material/stop_circle:",
            help=say("It starts again when it is asked something."),
        ):
            try:
                client.stop(settings.runs_dir())
            except InputError as error:
                messages.error(error)
            else:
                st.rerun()
