"""What a run is doing or why it stopped: badges, progress, place in the queue, note and log."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import N_, _, join_sentences, ngettext, translate
from core.compare import tables
from core.jobs.queue_forecast import forecast_queue, seconds_left
from core.store.fields import UNCONFIRMED
from core.store.index import RunRow
from core.store.run import Run
from core.store.status import status_text, time_taken, utc_now
from core.views.run_ending import find_stop_reason, phase_text
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
_LINES = 6


def badge(row: RunRow) -> None:
    """An icon and the word; that it is an example, if it is."""
    label, icon, colour = BADGES[row.status.state]
    st.badge(translate(label), icon=icon, color=colour)  # type: ignore[arg-type]
    if row.example:
        st.badge(
            _("example"),
            icon=":material/school:",
            color="violet",
            help=_("Came with Overfit Lens; cannot be changed."),
        )
    if row.came_from:
        st.badge(
            _("from {sender}", sender=formatting.escape_markdown(translate(row.came_from))),
            icon=":material/move_to_inbox:",
            color="blue",
            help=_("Trained elsewhere and imported."),
        )
    if row.unconfirmed:
        st.badge(
            translate(UNCONFIRMED),
            icon=":material/warning:",
            color="orange",
            help=formatting.escape_markdown(translate(row.unconfirmed)),
        )


def show(row: RunRow, run: Run) -> None:
    """What it is doing or how long it took, with a bar while it is under way; then its note, and
    why it stopped before its end. Raises InputError when the run's folder is damaged."""
    status = row.status
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
    _show_note(row)
    _show_stop_reason(row, run)


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
        st.caption(_("It is waiting, but not in the queue. Fix this on the Workers page."))
        return
    if place == 0:
        st.caption(_("It is next and starts when the worker takes it."))
        return
    begins, ends = (
        formatting.duration(line[place].starts_in),
        formatting.duration(line[place].ends_in),
    )
    words = ngettext(
        "1 run is ahead of it in the queue.", "{count} runs are ahead of it in the queue.", place
    )
    if begins and ends:
        when = _(
            "It starts in about {begins} and finishes in about {ends}.", begins=begins, ends=ends
        )
    else:
        when = _("It starts in about {begins}.", begins=begins) if begins else ""
    st.caption(join_sentences(words, when))


def _estimated_seconds(run: Run) -> float:
    """Seconds that the run was expected to take; 0 when unknown."""
    try:
        return sum(run.estimate().values())
    except InputError:
        return 0.0  # what cannot be read is told by the curves


def _show_note(row: RunRow) -> None:
    """Draws the note; nothing without one. A picture, which would be fetched from anywhere, becomes
    a link; a note that came from somebody else is shown as it was typed."""
    if row.note:
        own = not row.came_from and not row.example
        text = (
            formatting.without_pictures(row.note) if own else formatting.escape_markdown(row.note)
        )
        with st.container(border=True, key=f"note-{row.id}"):
            st.markdown(text)


def _show_stop_reason(row: RunRow, run: Run) -> None:
    """Nothing for a run that is done or still to come."""
    found = find_stop_reason(run, row.status)
    if found is None:
        return
    words = formatting.escape_markdown(found.cause)
    if row.status.state == "cancelled":
        st.info(words, icon=":material/block:")
    else:
        st.error(words, icon=":material/error:")
    st.markdown(_("**What to do.** {advice}", advice=formatting.escape_markdown(found.advice)))
    last = run.log_tail(_LINES)
    if last and row.status.state == "failed":
        st.caption(_("Last lines of the log:"))
        st.code(last, language=None, wrap_lines=True)


def show_log(run: Run, done: bool, opened: bool = False) -> None:
    """The last lines of the log; of a done run, its times beside what was estimated."""
    if done:
        _show_times(run)
    with st.expander(_("Log"), icon=":material/terminal:", expanded=opened):
        st.code(run.log_tail() or _("No log entries yet."), language=None, wrap_lines=True)


def _show_times(run: Run) -> None:
    parts = tables.timing_table(run.timing(), run.estimate())
    if len(parts) < 2:
        return
    seconds = _("%.1f s")
    columns = {
        "part": st.column_config.TextColumn(_("part")),
        "took": st.column_config.NumberColumn(_("duration"), format=seconds),
        "estimated": st.column_config.NumberColumn(_("estimated"), format=seconds),
    }
    with st.expander(_("Where the time went"), icon=":material/timer:"):
        st.dataframe(
            parts, hide_index=True, width="content", height="content", column_config=columns
        )
