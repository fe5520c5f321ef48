"""What a run is doing: its state as a badge, and its progress, time left or place in the queue."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, join_sentences, ngettext, translate
from core.jobs.queue_forecast import forecast_queue, seconds_left
from core.store.fields import UNCONFIRMED
from core.store.index import RunRow
from core.store.run import Run, open_run
from core.store.status import status_text, time_taken, utc_now
from core.views.run_ending import phase_text
from pages import settings
from pages.widgets.shared import access

BADGES = {
    "queued": (N_("waiting"), ":material/hourglass_empty:", "gray"),
    "running": (N_("running"), ":material/play_arrow:", "blue"),
    "paused": (N_("paused"), ":material/pause:", "gray"),
    "done": (N_("done"), ":material/check:", "green"),
    "failed": (N_("failed"), ":material/error:", "red"),
    "cancelled": (N_("cancelled"), ":material/block:", "orange"),
}


def badge(row: RunRow) -> None:
    """An icon and the word; that it is an example, if it is."""
    label, icon, colour = BADGES[row.status.state]
    st.badge(translate(label), icon=icon, color=colour)  # type: ignore[arg-type]
    if row.example:
        st.badge(
            _("example"),
            icon=":material/school:",
            color="violet",
            help=_("Came with Overfit Lens, and stays as it is."),
        )
    if row.came_from:
        st.badge(
            _("from {sender}", sender=formatting.escape_markdown(translate(row.came_from))),
            icon=":material/move_to_inbox:",
            color="blue",
            help=_("Was trained elsewhere and imported."),
        )
    if row.unconfirmed:
        st.badge(
            translate(UNCONFIRMED),
            icon=":material/warning:",
            color="orange",
            help=formatting.escape_markdown(translate(row.unconfirmed)),
        )


def show(row: RunRow) -> None:
    """One line on what it is doing or how long it took; a bar while it is under way.
    Raises InputError when the run's folder is damaged."""
    status, run = row.status, open_run(settings.runs_dir(), row.id)
    if status.ended:
        _ended(row, run)
    elif status.state == "queued":
        _show_queue_position(row)
    else:
        words = phase_text(status, run.recipe())
        left = formatting.duration(seconds_left(run, status, utc_now()))
        share = status.epoch / status.epochs if status.epochs else 0.0
        if status.place:
            words = _("{what}, on {place}", what=words, place=status.place)
        words = _("{sentence}.", sentence=formatting.escape_markdown(words))
        if left:
            words = join_sentences(words, _("About {time} left.", time=left))
        st.progress(min(share, 1.0), text=words)


def _ended(row: RunRow, run: Run) -> None:
    status = row.status
    took = formatting.duration(time_taken(status, utc_now()))
    words = [status_text(status)]
    if took:
        words.append(_("took {time}", time=took))
    if status.state == "done" and (expected := _estimated_seconds(run)):
        words.append(_("estimated {time}", time=formatting.duration(expected)))
    st.caption(formatting.escape_markdown(_(", ").join(words)))


def _show_queue_position(row: RunRow) -> None:
    """Its place in the queue, and when its turn comes."""
    if access.is_restricted("worker"):
        access.show_queue_position()
        return
    line = forecast_queue(settings.runs_dir(), utc_now())
    place = next((place for place, turn in enumerate(line) if turn.work_id == row.id), None)
    if place is None:
        st.caption(_("It waits, but the queue does not know of it: the page Worker helps."))
        return
    if place == 0:
        st.caption(_("It is the next: it begins when the worker takes it."))
        return
    begins, ends = (
        formatting.duration(line[place].starts_in),
        formatting.duration(line[place].ends_in),
    )
    words = ngettext(
        "1 run is before it in the queue.", "{count} runs are before it in the queue.", place
    )
    if begins and ends:
        when = _(
            "It begins in about {begins} and is done in about {ends}.", begins=begins, ends=ends
        )
    else:
        when = _("It begins in about {begins}.", begins=begins) if begins else ""
    st.caption(join_sentences(words, when))


def _estimated_seconds(run: Run) -> float:
    """Seconds that the run was expected to take; 0 when unknown."""
    try:
        return sum(run.estimate().values())
    except InputError:
        return 0.0  # what cannot be read is told by the curves
