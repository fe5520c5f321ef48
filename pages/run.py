"""Run: one run, live while it trains; when it is done, its diagnosis as a letter."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import N_, _, translate
from core.compare import tables
from core.compare.selection import run_items, runs_on_same_photos
from core.jobs.local import mark_lost_runs
from core.store.index import RunRow
from core.store.run import Run, open_run
from core.store.status import utc_now
from core.views.diagnosis_report import build_report
from pages import settings
from pages.widgets.run import cam_strip, details, diagnosis_report, run_choice
from pages.widgets.shared import (
    capture_link,
    first_runs,
    links,
    report,
    run_actions,
    run_curves,
    run_state,
    selection,
    verdict,
    worker_notice,
)
from pages.widgets.ui import messages

KEY = "run"
POLL_SECONDS = 1.5


def show_links(row: RunRow, rows: Sequence[RunRow]) -> None:
    """To Compare with the newest other finished run on the same photos, to CAMs, to Capture."""
    others, label = runs_on_same_photos(row, rows)[:1], _("Compare")
    pair = ",".join([row.id, *others])
    if others:
        name = formatting.escape_markdown(tables.labels_by_id(rows)[others[0]])
        label = _("Compare with {run}", run=name)
    with st.container(horizontal=True):
        links.to("compare", label, runs=pair)
        links.to("cams", _("All CAMs"), runs=row.id)
        capture_link.show_for_run(row, rows)


def show_live(run_id: str, polling: bool) -> None:
    """The run; drawn again and again while it is under way."""
    rows = selection.all_runs()
    row = next((row for row in rows if row.id == run_id), None)
    if row is not None and row.status.state == "running":
        lost = mark_lost_runs(settings.runs_dir(), [run_id], utc_now)
        row = next((r for r in selection.all_runs() if r.id == run_id), None) if lost else row
    if row is None or row.status.ended == polling:
        st.rerun()  # the whole page: begins or ends the polling
    worker_notice.show(f"{KEY}.worker", rows)
    if row.problem:
        messages.show_error(row.problem)
        run_actions.delete_button(KEY, row)
        return
    with messages.show_errors():
        show_run(row, rows, open_run(settings.runs_dir(), row.id))


def show_run(row: RunRow, rows: Sequence[RunRow], run: Run) -> None:
    """State and actions; why it stopped early, or the letter; then how it trained."""
    colour = palette.run_colour(row.id)
    found = build_report(run) if row.status.state == "done" else None
    with st.container(horizontal=True, vertical_alignment="center"):
        run_state.badge(row)
        if found:
            verdict.chip(found.verdict)
        st.space("stretch")
        report.button(KEY, run_items([row], rows), rows)
        run_actions.train_on(KEY, row)
        run_actions.show(KEY, row)
        run_actions.delete_button(KEY, row)
    run_state.show(row, run)
    if found:
        if found.verdict in (N_("too little evidence"), N_("holds up, untested elsewhere")):
            capture_link.show_for_run(row, rows)
        diagnosis_report.show(f"{KEY}.letter", found, run, colour)
        show_links(row, rows)
        st.subheader(_("Training history"), anchor=False)
    elif row.unconfirmed:
        words = _("Its verdict is not shown: {reason}.", reason=translate(row.unconfirmed))
        st.warning(formatting.escape_markdown(words), icon=":material/warning:")
    elif row.status.state == "done":
        words = N_(
            "This run has no diagnosis because it predates them. To create one: `python -m "
            "core evaluate {run}`"
        )
        if run.trial() is not None:
            words = N_(
                "This run has no diagnosis because it is a trial of a search. To create "
                "one: `python -m core evaluate {run}`"
            )
        st.info(translate(words).format(run=row.id), icon=":material/info:")
    run_curves.show(KEY, row, run, colour)
    cam_strip.show(run)
    run_state.show_log(run, row.status.state == "done", opened=row.status.state == "running")
    details.show(f"{KEY}.details", row, rows, run)


runs = selection.all_runs()
labels = tables.labels_by_id(runs)
title = labels[run_choice.linked_run(runs).id] if runs else _("Run")
st.title(formatting.escape_markdown(title), anchor=False)
linked_id = st.query_params.get("run", "")
with st.container():  # also when empty: else what follows would stand twice for a moment
    if (
        linked_id
        and linked_id not in {row.id for row in runs}
        and not run_actions.show_deleted(KEY, linked_id)
    ):
        st.warning(_("Run {run} was not found here.", run=formatting.escape_markdown(linked_id)))
if runs:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        shown = run_choice.show(KEY, runs, labels)
    live = not shown.status.ended
    st.fragment(show_live, run_every=POLL_SECONDS if live else None)(shown.id, live)
elif not linked_id:
    st.write(
        _(
            "A diagnosis appears when a run finishes. Train one on the Train page, or start "
            "with these:"
        )
    )
    first_runs.show(f"{KEY}.first")
