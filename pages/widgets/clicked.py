"""What was clicked last in several figures, kept in the link."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def last(key: str, name: str, selected: Mapping[str, str | None]) -> str | None:
    """What was clicked last, which the link holds as `name`; a link's own stands until something is
    clicked. selected: what is selected now in each figure, by its key (one that is clicked
    keeps its selection when the next one is clicked)."""
    seen: dict[str, str | None] = st.session_state.setdefault(f"{key}.{name}.clicked", {})
    for place, now in selected.items():
        before = seen.get(place)
        if now == before:
            continue
        seen[place] = now
        if now is not None:
            st.query_params[name] = now
        elif st.query_params.get(name) == before:  # taken back
            del st.query_params[name]
    return st.query_params.get(name)
