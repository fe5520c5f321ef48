"""Overfit Lens: `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

from pages.widgets import door

ICON = Path(__file__).parent / "pages" / "icon.png"  # a file: a named icon would be fetched

st.set_page_config(page_title="Overfit Lens", page_icon=str(ICON), layout="wide")
door.enter()
st.navigation(
    [
        st.Page("pages/lesson.py", title="Lesson", icon=":material/school:", default=True),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("pages/data.py", title="Data", icon=":material/photo_library:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/list_alt:"),
        st.Page("pages/run.py", title="Run", icon=":material/diagnosis:"),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("pages/cams.py", title="CAMs", icon=":material/frame_inspect:"),
        st.Page("pages/challenge.py", title="Challenge", icon=":material/leaderboard:"),
        st.Page("pages/try_it.py", title="Try it", icon=":material/photo_camera:"),
        st.Page("pages/worker.py", title="Worker", icon=":material/engineering:"),
    ],
    position="top",
).run()
door.leave()
