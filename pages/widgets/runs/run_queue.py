"""The order in which waiting runs will train, which the user changes."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.compare import tables
from core.jobs.queue import Move, Queue
from core.jobs.queue_forecast import entry_text
from core.store.index import RunRow
from pages import settings
from pages.widgets.ui import messages

_MOVES: dict[Move, tuple[str, str]] = {
    "first": ("vertical_align_top", N_("Train it next")),
    "up": ("arrow_upward", N_("One earlier")),
    "down": ("arrow_downward", N_("One later")),
}


def show(key: str, rows: Sequence[RunRow]) -> None:
    """The waiting runs in their order, with buttons; nothing while fewer than two wait."""
    if sum(row.status.state == "queued" for row in rows) < 2:
        return
    queue, labels = Queue(settings.runs_dir()), tables.labels_by_id(rows)
    try:
        waiting = [entry.work_id for entry in queue.entries() if entry.worker_pid is None]
    except InputError as error:
        messages.show_error(error)
        return
    if len(waiting) < 2:
        return
    label = _("Queue ({count})", count=len(waiting))
    with st.popover(label, icon=":material/low_priority:", key=f"{key}.order"):
        for place, run in enumerate(waiting, start=1):
            name = formatting.escape_markdown(entry_text(run, labels))
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{place}. {name}", width="stretch")
                for to, (icon, words) in _MOVES.items():
                    last = place == (len(waiting) if to == "down" else 1)
                    arrow = f":material/{icon}:"
                    if st.button(
                        arrow,
                        key=f"{key}.{to}.{run}",
                        disabled=last,
                        help=translate(words),
                        type="tertiary",
                    ):
                        queue.move(run, to)
                        st.rerun()
