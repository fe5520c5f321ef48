"""The queue in its order, with when each run begins and is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, ngettext
from core.compare import tables
from core.jobs.queue_forecast import Turn, entry_words, turns
from core.store.index import RunRow
from core.store.status import status_text
from pages import settings

_MOST = 20


def show(rows: Sequence[RunRow], now: datetime) -> None:
    """Raises InputError when the queue cannot be read."""
    line = turns(settings.runs_dir(), now)
    labels = tables.labels_of(rows)
    with st.container(border=True):
        st.subheader(_("Queue"), anchor=False)
        if not line:
            st.caption(_("Nothing waits. Launch a run on Train, or resume one that was stopped."))
            return
        for place, turn in enumerate(line[:_MOST], start=1):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{place}.", width="content")
                _name(turn, labels)
                st.caption(formatting.plain_markdown(_times(turn)), width="content")
        if len(line) > _MOST:
            st.caption(_("and {count} more", count=len(line) - _MOST))
        st.markdown(_total(line))


def _name(turn: Turn, labels: dict[str, str]) -> None:
    if turn.entry not in labels:
        st.text(entry_words(turn.entry, labels), width="content")
        return
    st.html(palette.dot(palette.run_colour(turn.entry), 12), width="content")
    st.page_link(
        "pages/run.py",
        label=formatting.plain_markdown(labels[turn.entry]),
        query_params={"run": turn.entry},
    )


def _times(turn: Turn) -> str:
    words = [status_text(turn.status)]
    if turn.status.state == "queued" and turn.begins:
        words.append(_("begins in about {time}", time=formatting.duration(turn.begins)))
    if turn.ends is not None:
        words.append(_("done in about {time}", time=formatting.duration(turn.ends)))
    return _(", ").join(words)


def _total(line: Sequence[Turn]) -> str:
    what = ngettext("1 run", "{count} runs", len(line))
    ends = line[-1].ends
    if ends is not None:
        return _("**{runs}, all done in about {time}.**", runs=what, time=formatting.duration(ends))
    return _("**{runs}**; how long all take is not known yet.", runs=what)
