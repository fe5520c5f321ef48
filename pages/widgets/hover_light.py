"""Lights up the run under the pointer in every panel of the figures of curves (hover_light.js)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_LIGHT = st.components.v2.component(
    "overfit_lens_hover_light",
    html="",
    js=(Path(__file__).parent / "hover_light.js").read_text("utf-8"),
)


def show(key: str) -> None:
    """Nothing to see by itself; without it the hover only names the run."""
    _LIGHT(key=key, data={})
