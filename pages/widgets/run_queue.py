"""The order in which waiting runs will train, which the user changes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import tables, text
from core.errors import InputError
from core.jobs.queue import Move, Queue
from core.jobs.waiting import entry_words
from core.store.index import RunRow
from pages import settings
from pages.widgets import told

_MOVES: dict[Move, tuple[str, str]] = {
    "first": ("vertical_align_top", "Train it next"),
    "up": ("arrow_upward", "One earlier"),
    "down": ("arrow_downward", "One later"),
}


def show(key: str, rows: Sequence[RunRow]) -> None:
    """The waiting runs in their order, with buttons; nothing while fewer than two wait."""
    if sum(row.status.state == "queued" for row in rows) < 2:
        return
    queue, labels = Queue(settings.runs_dir()), tables.labels_of(rows)
    try:
        waiting = [entry.run for entry in queue.entries() if entry.worker is None]
    except InputError as error:
        told.error(error)
        return
    if len(waiting) < 2:
        return
    with st.popover(f"Queue ({len(waiting)})", icon=":material/low_priority:"):
        for place, run in enumerate(waiting, start=1):
            name = text.plain_markdown(entry_words(run, labels))
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{place}. {name}", width="stretch")
                for to, (icon, words) in _MOVES.items():
                    last = place == (len(waiting) if to == "down" else 1)
                    if st.button(f":material/{icon}:", key=f"{key}.{to}.{run}", disabled=last,
                                 help=words, type="tertiary"):  # fmt: skip
                        queue.move(run, to)
                        st.rerun()
