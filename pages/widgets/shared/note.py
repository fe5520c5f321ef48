"""A run's note, as Markdown without HTML or pictures."""

import streamlit as st

from core.base import formatting
from core.store.index import RunRow


def show(row: RunRow) -> None:
    """Draws the note; nothing without one. A picture, which would be fetched from anywhere, becomes
    a link; a note that came from somebody else is shown as it was typed."""
    if row.note:
        own = not row.came_from and not row.example
        text = (
            formatting.without_pictures(row.note) if own else formatting.escape_markdown(row.note)
        )
        with st.container(border=True, key=f"note-{row.id}"):
            st.markdown(text)
