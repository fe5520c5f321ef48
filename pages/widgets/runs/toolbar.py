"""Beside the table of runs: the switch that hides examples, saved views, and the queue's order."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, translate
from core.compare import tables
from core.jobs.queue import Move, Queue
from core.jobs.queue_forecast import entry_text
from core.store.examples import examples_hidden, set_examples_hidden
from core.store.index import RunRow
from core.store.saved_views import MAX_NAME, VIEW_PARAMS, read_views, save_view, view_link
from pages import settings
from pages.widgets.shared import access, links, selection
from pages.widgets.ui import messages

_MOVES: dict[Move, tuple[str, str]] = {
    "first": ("vertical_align_top", N_("Train next")),
    "up": ("arrow_upward", N_("Move up")),
    "down": ("arrow_downward", N_("Move down")),
}


def show_examples_notice(rows: Sequence[RunRow]) -> None:
    """Says what is listed while there is no run of one's own."""
    if not all(row.example for row in rows):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            _(
                "These examples came with Overfit Lens, trained and ready to view. Your "
                "own runs will appear above them."
            ),
            width="content",
        )
        links.to("train", _("Train a run"))


def show_examples_toggle(key: str) -> None:
    """Whether examples are listed, for everybody who uses this folder of runs."""
    if access.is_restricted("hide_examples") or not selection.has_examples():
        return
    shown = not examples_hidden(settings.runs_dir())
    # The key changes with what is noted, so that it shows what others have chosen.
    wanted = st.toggle(
        _("Examples"),
        shown,
        key=f"{key}.{shown}",
        help=_(
            "The example runs that came with Overfit Lens cannot be changed. When off, "
            "they are not listed; links to them still work."
        ),
    )
    if wanted != shown:
        messages.rerun_after(lambda: set_examples_hidden(settings.runs_dir(), not wanted))


def show_views(key: str) -> None:
    """A button behind which views are opened, saved and deleted, and the link is copied."""
    with st.popover(_("Saved views"), icon=":material/bookmarks:", key=f"{key}.open"):
        for name, params in read_views(settings.runs_dir()).items():
            with st.container(horizontal=True, vertical_alignment="center"):
                label = formatting.escape_markdown(name)
                links.to("runs", label, icon="", **params)
                st.space("stretch")
                if st.button(
                    _("Delete {name}", name=label),
                    icon=":material/delete:",
                    key=f"{key}.delete.{name}",
                    type="tertiary",
                ):
                    _save_view(name, None)
        with st.form(f"{key}.form", border=False, clear_on_submit=True):
            name = st.text_input(
                _("Save this search, order, columns and grouping as"),
                max_chars=MAX_NAME,
                key=f"{key}.name",
            )
            if st.form_submit_button(_("Save view"), icon=":material/bookmark_add:") and name:
                linked = {each: st.query_params.get(each, "") for each in VIEW_PARAMS}
                _save_view(name, linked)
        st.caption(_("Link to the current view"))
        st.code(view_link(st.context.url or "", st.query_params.to_dict()), language=None)


def _save_view(name: str, params: dict[str, str] | None) -> None:
    messages.rerun_after(lambda: save_view(settings.runs_dir(), name, params))


def show_queue(key: str, rows: Sequence[RunRow]) -> None:
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
