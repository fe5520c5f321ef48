"""What the recipe changes, always in view, and taking it back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import text
from core.draft import changes, taken_back
from core.recipe_file import recipe_dict
from pages.widgets.draft import Draft

_SHOWN = 4  # keys that the line names; all are in the list behind it


def show(draft: Draft, edited: dict[str, Any]) -> None:
    """A line of the keys that differ from where the draft began, and the list behind it."""
    base = recipe_dict(draft.base)
    found = changes(base, edited)
    began = text.plain_markdown(draft.title)
    if not found:
        st.markdown(f"As **{began}**, unchanged.", width="stretch")
        if draft.undone:
            st.button("Bring my changes back", key=f"{draft.key}.bring_back", type="tertiary",
                      icon=":material/redo:", on_click=draft.bring_back)  # fmt: skip
        return
    count = "1 change" if len(found) == 1 else f"{len(found)} changes"
    plain = text.plain_markdown
    with st.popover(count, icon=":material/difference:", key=f"{draft.key}.changes"):
        st.markdown(f"Changed from **{began}**")
        for number, (key, old, new) in enumerate(found):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(
                    f"**{key}** {plain(new)}  \n:gray[was {plain(old)}]",
                    width="stretch",
                )
                if st.button(":material/undo:", key=f"{draft.key}.undo.{number}", type="tertiary",
                             help=f"Puts {key} back"):  # fmt: skip
                    draft.rewrite(taken_back(base, edited, key))
        if st.button("Put everything back", key=f"{draft.key}.put_back", icon=":material/undo:"):
            draft.put_back(edited)
    named = [f"{key} **{plain(new)}**" for key, _, new in found[:_SHOWN]]
    rest = len(found) - _SHOWN
    st.caption(", ".join(named) + (f" and {rest} more" if rest > 0 else ""), width="stretch")
