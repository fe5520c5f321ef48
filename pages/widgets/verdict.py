"""A verdict as a chip: an icon and the word, so that no colour has to be told apart."""

from __future__ import annotations

import streamlit as st

from pages.widgets.words import VERDICTS


def chip(verdict: str) -> None:
    """Draws the chip; a verdict that this version does not know is grey."""
    icon, colour = VERDICTS.get(verdict, (":material/help:", "gray"))
    st.badge(verdict, icon=icon, color=colour)  # type: ignore[arg-type]
