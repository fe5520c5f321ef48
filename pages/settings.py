"""Where the app finds things: the two folders that the environment may move; and how it waits."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core.base import demo_mode
from core.hosting import access
from core.store.visitors import new_key, visitor_dir

ROOT = Path(__file__).resolve().parents[1]
VISITOR_STATE_KEY = "settings.visitor"  # the key of whoever looks at the page; not a widget's key
ADMITTED_STATE_KEY = (
    "settings.admitted"  # whether whoever looks came in by the door; no widget's key either
)


def runs_dir() -> Path:
    """The folder of run folders that the page shows: the house; in a demo the visitor's own, so
    that no page reaches another visitor's runs, whatever it is asked for."""
    return visitor_dir(shared_root(), visitor_key()) if demo_mode.is_enabled() else shared_root()


def shared_root() -> Path:
    """The folder of runs that all who come here share (OVERFIT_LENS_RUNS, or `runs/` in the
    project). What is kept there of photos, and not of a run, pages may read and write."""
    _ensure_admitted()
    return Path(os.environ.get("OVERFIT_LENS_RUNS") or ROOT / "runs")


def visitor_key() -> str:
    """The key of the visitor of a demo; a new one for whoever has none."""
    if VISITOR_STATE_KEY not in st.session_state:
        st.session_state[VISITOR_STATE_KEY] = new_key()
    return str(st.session_state[VISITOR_STATE_KEY])


def datasets_dir() -> Path:
    """The folder of data sets: OVERFIT_LENS_DATA, or `dataset/` in the project, as always in a
    demo."""
    _ensure_admitted()
    moved = "" if demo_mode.is_enabled() else os.environ.get("OVERFIT_LENS_DATA")
    return Path(moved or ROOT / "dataset")


def _ensure_admitted() -> None:
    """Draws the page again, from app.py on, where people sign in and it was drawn without app.py:
    Streamlit may do that in the instant in which the server starts (see pages/__init__.py)."""
    if access.sign_in_required() and ADMITTED_STATE_KEY not in st.session_state:
        PagesManager.uses_pages_directory = False
        st.rerun()


def check_cancelled() -> None:
    """Gives Streamlit a chance to end this drawing when a newer one is wanted: for whoever waits
    without drawing anything."""
    st.session_state.get("settings.let_go")
