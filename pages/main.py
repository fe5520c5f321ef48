"""The script of every page: sets up the page, asks who may come in, and navigates."""

from pathlib import Path

import streamlit as st

from core.base.language import _
from pages.widgets.shared import access

icon = str(Path(__file__).parent / "icon.png")  # a file: a named icon would be fetched
st.set_page_config(page_title="Overfit Lens", page_icon=icon, layout="wide")
access.require_access()
page = st.navigation(
    [
        st.Page("lesson.py", title=_("Lesson"), icon=":material/school:", default=True),
        st.Page("train.py", title=_("Train"), icon=":material/model_training:"),
        st.Page("data.py", title=_("Data"), icon=":material/photo_library:"),
        st.Page("runs.py", title=_("Runs"), icon=":material/list_alt:"),
        st.Page("run.py", title=_("Run"), icon=":material/diagnosis:"),
        st.Page("compare.py", title=_("Compare"), icon=":material/compare_arrows:"),
        st.Page("cams.py", title=_("CAMs"), icon=":material/frame_inspect:"),
        st.Page("challenge.py", title=_("Challenge"), icon=":material/leaderboard:"),
        st.Page("try_it.py", title=_("Try it"), icon=":material/photo_camera:"),
        st.Page("capture.py", title=_("Capture"), icon=":material/add_a_photo:"),
        st.Page("search.py", title=_("Search"), icon=":material/search:"),
        st.Page("worker.py", title=_("Workers"), icon=":material/engineering:"),
    ],
    position="top",
)
access.draw_page(page)
