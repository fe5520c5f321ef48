"""Where the app finds things: the two folders that the environment may move; and how it waits."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]


def runs_dir() -> Path:
    """The folder of run folders: OVERFIT_LENS_RUNS, or `runs/` in the project."""
    return Path(os.environ.get("OVERFIT_LENS_RUNS") or ROOT / "runs")


def data_parent() -> Path:
    """The folder of data sets: OVERFIT_LENS_DATA, or `dataset/` in the project."""
    return Path(os.environ.get("OVERFIT_LENS_DATA") or ROOT / "dataset")


def let_go() -> None:
    """Gives Streamlit a chance to end this drawing when a newer one is wanted: for whoever waits
    without drawing anything."""
    st.session_state.get("settings.let_go")
