"""The run before and the run after the one that is shown, by button or by key."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import _


def show(key: str, ids: Sequence[str], current: str | None) -> None:
    """Two buttons that put another of `ids` (newest first) into the link (`?run=<id>`)."""
    place = ids.index(current) if current in ids else None
    newer = _("The run before it in the list, a newer one. Key: {key}", key="K")
    older = _("The run after it in the list, an older one. Key: {key}", key="J")
    for name, label, icon, shortcut, words, step in (
        ("newer", _("Newer"), ":material/chevron_left:", "K", newer, -1),
        ("older", _("Older"), ":material/chevron_right:", "J", older, 1),
    ):
        target = 0 if place is None else place + step
        there = 0 <= target < len(ids) and len(ids) > 0
        st.button(
            label,
            icon=icon,
            key=f"{key}.{name}",
            shortcut=shortcut,
            help=words,
            disabled=not there,
            on_click=_open_run,
            args=(ids[target] if there else "",),
        )


def _open_run(run_id: str) -> None:
    st.query_params["run"] = run_id
