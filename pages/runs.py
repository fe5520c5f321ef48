"""Runs: what is training, what has trained, and one run in detail."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import _
from core.jobs.local import mark_lost_runs
from core.store.index import RunRow
from core.store.status import utc_now
from pages import settings
from pages.widgets.runs import run_detail, run_table, toolbar, transfer, trash
from pages.widgets.shared import access, first_runs, selection, worker_notice

KEY = "runs"
POLL_SECONDS = 1.5


def rerun_on_change(known_version: int, rows: Sequence[RunRow]) -> None:
    """Shows the worker's problems, and draws the page again when a run has changed."""
    running = [row.id for row in rows if row.status.state == "running"]
    mark_lost_runs(settings.runs_dir(), running, utc_now)
    if selection.version(at_most_old=POLL_SECONDS / 2) != known_version:
        st.rerun()
    if rows:
        worker_notice.show(f"{KEY}.worker", rows)


st.title(_("Runs"), anchor=False)
access.show_link_notice()
version, runs = selection.snapshot()
# What comes and goes has a place of its own: a table that is moved is drawn twice for a moment.
imported, undo, notice, examples_only, warning = (st.container() for __ in range(5))
with imported:
    transfer.show_imported(f"{KEY}.table.import")
with undo:
    trash.undo(f"{KEY}.deleted")
with notice:
    st.fragment(rerun_on_change, run_every=POLL_SECONDS)(version, runs)
if runs:
    with examples_only:
        toolbar.show_examples_notice(runs)
    with warning:
        opened = run_table.opened_run(runs)
    run_table.show(f"{KEY}.table", opened.id)
    run_detail.show_notes(f"{KEY}.words", opened, runs)
    run_detail.show(f"{KEY}.detail", opened, runs)
else:
    st.write(_("No runs yet. Train one on the Train page, or start with these two:"))
    first_runs.show(f"{KEY}.first")
    transfer.show_import(f"{KEY}.table.import")
    toolbar.show_examples_toggle(f"{KEY}.examples")
    trash.show(f"{KEY}.trash")
