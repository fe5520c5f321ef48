"""Runs: what is training, what has trained, and one run in detail."""

from __future__ import annotations

import streamlit as st

from core.jobs.local import find_lost
from core.store.run import utc_now
from pages import settings
from pages.widgets import chosen, first_runs, run_detail, run_table, worker_notice

KEY = "runs"
LIVE_SECONDS = 1.5


def board(watching: bool) -> None:
    """The table and the chosen run; drawn again and again while a run is under way."""
    rows = chosen.all_runs()
    running = [row.id for row in rows if row.status.state == "running"]
    if find_lost(settings.runs_dir(), running, utc_now):
        rows = chosen.all_runs()
    live = any(not row.status.ended for row in rows)
    if live != watching:
        st.rerun()  # the whole page: begins or ends the polling
    worker_notice.show(f"{KEY}.worker", rows)
    run_detail.show(f"{KEY}.detail", run_table.show(f"{KEY}.table", rows), rows)


st.title("Runs", anchor=False)
runs = chosen.all_runs()
if not runs:
    st.write("There are no runs yet. Train one on the Train page, or take these two:")
    first_runs.show(f"{KEY}.first")
else:
    under_way = any(not row.status.ended for row in runs)
    st.fragment(board, run_every=LIVE_SECONDS if under_way else None)(under_way)
