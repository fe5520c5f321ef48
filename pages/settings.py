"""Where the app finds things: the two folders that the environment may move; and how it waits."""

from pathlib import Path

import streamlit as st

from core.base import demo_mode
from core.base.files import PROJECT_ROOT, runs_root
from core.store.visitors import new_key, visitor_dir

ROOT = PROJECT_ROOT
VISITOR_STATE_KEY = "settings.visitor"  # the key of whoever looks at the page; not a widget's key


def runs_dir() -> Path:
    """The folder of run folders that the page shows: the shared root; in a demo the visitor's own,
    so that no page reaches another visitor's runs, whatever it is asked for."""
    return visitor_dir(shared_root(), visitor_key()) if demo_mode.is_enabled() else shared_root()


def shared_root() -> Path:
    """The folder of runs that all visitors share (core.base.files.runs_root)."""
    return runs_root()


def visitor_key() -> str:
    """The key of the visitor of a demo; a new one for whoever has none."""
    if VISITOR_STATE_KEY not in st.session_state:
        st.session_state[VISITOR_STATE_KEY] = new_key()
    return str(st.session_state[VISITOR_STATE_KEY])


def datasets_dir() -> Path:
    """The folder of data sets (core.base.demo_mode)."""
    return demo_mode.datasets_root()


def check_cancelled() -> None:
    """Lets Streamlit end this script run for a newer one, where it waits and draws nothing."""
    st.session_state.get("settings.let_go")
