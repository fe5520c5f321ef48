"""The three dropout rates of the class-map head."""

from __future__ import annotations

import streamlit as st

from core.recipe import ClassMapDropout


def show(key: str, preset: ClassMapDropout) -> dict[str, float]:
    """The recipe's `head.dropout` as plain data."""
    rates = {}
    for name, title, words in (
        ("features", "On the features", "Whole channels of the backbone's output are dropped."),
        ("class_map", "On the class maps", "Whole maps of a class are dropped."),
        ("logits", "On the answer", "Single numbers of the answer are dropped."),
    ):
        rates[name] = st.slider(
            title,
            0.0,
            0.95,
            float(getattr(preset, name)),
            0.05,
            key=f"{key}.{name}",
            persist_state="session",
            help=f"{words} While training, this share of them is set to zero at random, so that "
            "no single one can be relied on.",
        )
    return rates
