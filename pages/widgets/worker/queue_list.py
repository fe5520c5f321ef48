"""The queue in its order, with when each run begins and is done."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, ngettext
from core.compare import tables
from core.jobs.queue_forecast import QueueForecast, entry_text, forecast_queue
from core.store.index import RunRow
from core.store.status import status_text
from pages import settings
from pages.widgets.shared import links

_MAX_ENTRIES = 20


def show(rows: Sequence[RunRow], now: datetime) -> None:
    """Raises InputError when the queue cannot be read."""
    line = forecast_queue(settings.runs_dir(), now)
    labels = tables.labels_by_id(rows)
    with st.container(border=True):
        st.subheader(_("Queue"), anchor=False)
        if not line:
            st.caption(_("The queue is empty. Launch a run on Train, or resume a stopped one."))
            return
        for place, turn in enumerate(line[:_MAX_ENTRIES], start=1):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{place}.", width="content")
                _name(turn, labels)
                st.caption(formatting.escape_markdown(_times_text(turn)), width="content")
        if len(line) > _MAX_ENTRIES:
            st.caption(_("and {count} more", count=len(line) - _MAX_ENTRIES))
        st.markdown(_total_text(line))


def _name(turn: QueueForecast, labels: dict[str, str]) -> None:
    if turn.work_id not in labels:
        st.text(entry_text(turn.work_id, labels), width="content")
        return
    st.html(palette.dot_html(palette.run_colour(turn.work_id), 12), width="content")
    links.to("run", formatting.escape_markdown(labels[turn.work_id]), icon="", run=turn.work_id)


def _times_text(turn: QueueForecast) -> str:
    words = [status_text(turn.status)]
    if turn.status.state == "queued" and turn.starts_in:
        words.append(_("starts in about {time}", time=formatting.duration(turn.starts_in)))
    if turn.ends_in is not None:
        words.append(_("finishes in about {time}", time=formatting.duration(turn.ends_in)))
    return _(", ").join(words)


def _total_text(queue: Sequence[QueueForecast]) -> str:
    what = ngettext("1 run", "{count} runs", len(queue))
    ends = queue[-1].ends_in
    if ends is not None:
        return _(
            "**{runs}, all finished in about {time}.**", runs=what, time=formatting.duration(ends)
        )
    return _("**{runs}**; the total time is not known yet.", runs=what)
