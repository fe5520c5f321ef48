"""A closed box whose content is worked out once somebody opens it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def show(key: str, label: str, icon: str) -> DeltaGenerator | None:
    """The box to fill; None while it is closed."""
    box = st.expander(label, icon=icon, key=key, on_change="rerun")
    return box if box.open else None
