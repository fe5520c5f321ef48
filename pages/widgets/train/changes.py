"""What the recipe changes, always in view, and taking it back."""

from typing import Any

import streamlit as st

from core.base import formatting
from core.base.language import _, ngettext, translate
from core.recipe.draft import list_changes, revert_key
from pages.widgets.train.draft import Draft

_MAX_LISTED = 4  # keys that the line names; all are in the list behind it


def show(draft: Draft, edited: dict[str, Any]) -> None:
    """A line of the keys that differ from where the draft began, and the list behind it."""
    found = list_changes(draft.base_values, edited)
    began = formatting.escape_markdown(translate(draft.title))
    if not found:
        st.markdown(_("As **{recipe}**, unchanged.", recipe=began), width="stretch")
        if draft.has_undone:
            st.button(
                _("Bring my changes back"),
                key=f"{draft.key}.bring_back",
                type="tertiary",
                icon=":material/redo:",
                on_click=draft.redo_all,
            )
        return
    count = ngettext("1 change", "{count} changes", len(found))
    plain = formatting.escape_markdown
    with st.popover(count, icon=":material/difference:", key=f"{draft.key}.changes"):
        st.markdown(_("Changed from **{recipe}**", recipe=began))
        for number, (key, old, new) in enumerate(found):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                was = _("was {value}", value=plain(old))
                st.markdown(f"**{key}** {plain(new)}  \n:gray[{was}]", width="stretch")
                if st.button(
                    ":material/undo:",
                    key=f"{draft.key}.undo.{number}",
                    type="tertiary",
                    help=_("Puts {key} back", key=key),
                ):
                    draft.override_and_rerun(revert_key(draft.base_values, edited, key))
        if st.button(_("Put everything back"), key=f"{draft.key}.put_back", icon=":material/undo:"):
            draft.undo_all(edited)
    named = [f"{key} **{plain(new)}**" for key, __, new in found[:_MAX_LISTED]]
    rest = len(found) - _MAX_LISTED
    line = ", ".join(named)
    if rest > 0:
        line = _("{keys} and {count} more", keys=line, count=rest)
    st.caption(line, width="stretch")
