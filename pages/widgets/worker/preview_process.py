"""The preview process: whether it is there, and a button that ends it."""

import streamlit as st

from core.base.language import _
from core.jobs.detached import DetachedProcess
from core.jobs.preview import client
from pages import settings
from pages.widgets.ui import messages


def show(key: str) -> None:
    """It starts when a page asks it something, so all it needs is a way to be rid of it."""
    pid = DetachedProcess(client.COMMAND, settings.runs_dir()).pid()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Preview process"), anchor=False, width="content")
            if pid:
                st.badge(_("ready"), icon=":material/play_arrow:", color="green")
            else:
                st.badge(_("not running"), icon=":material/power_settings_new:", color="gray")
        st.caption(
            _(
                "Makes the varied views on Train and the answers on Try it, also while a run "
                "trains. It starts when a page asks for one of them, and leaves after ten idle "
                "minutes."
            )
        )
        if not pid:
            return
        st.caption(_("Process {pid}", pid=pid))
        if st.button(
            _("Stop"),
            key=f"{key}.stop",
            icon=":material/stop_circle:",
            help=_("It starts again when it is asked something."),
        ):
            messages.rerun_after(lambda: client.stop_preview(settings.runs_dir()))
