"""The script of every page: sets up the page, asks who may come in, and navigates."""

from pathlib import Path

import streamlit as st

from core.base.language import _
from pages.widgets.shared import access, links

icon = str(Path(__file__).parent / "icon.png")  # a file: a named icon would be fetched
st.set_page_config(page_title="Overfit Lens", page_icon=icon, layout="wide")
access.require_access()
page = st.navigation(
    [
        st.Page("lesson.py", title=_("Lesson"), icon=links.ICONS["lesson"], default=True),
        st.Page("train.py", title=_("Train"), icon=links.ICONS["train"]),
        st.Page("data.py", title=_("Data"), icon=links.ICONS["data"]),
        st.Page("runs.py", title=_("Runs"), icon=links.ICONS["runs"]),
        st.Page("run.py", title=_("Run"), icon=links.ICONS["run"]),
        st.Page("compare.py", title=_("Compare"), icon=links.ICONS["compare"]),
        st.Page("cams.py", title=_("CAMs"), icon=links.ICONS["cams"]),
        st.Page("challenge.py", title=_("Challenge"), icon=links.ICONS["challenge"]),
        st.Page("try_it.py", title=_("Try it"), icon=links.ICONS["try_it"]),
        st.Page("capture.py", title=_("Capture"), icon=links.ICONS["capture"]),
        st.Page("search.py", title=_("Search"), icon=links.ICONS["search"]),
        st.Page("worker.py", title=_("Workers"), icon=links.ICONS["worker"]),
    ],
    position="top",
)
access.draw_page(page)
