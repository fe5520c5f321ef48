"""Runs: what is training, what has trained, and one run in detail."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError
from core.jobs.local import ensure_worker, find_lost, worker_alive
from core.store.run import utc_now
from pages import settings
from pages.widgets import chosen, first_runs, run_detail, run_table

KEY = "runs"
LIVE_SECONDS = 1.5


def worker_notice() -> None:
    """Says so when runs wait and nobody serves them."""
    if worker_alive(settings.runs_dir()):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(":material/warning: Nothing is training: no worker process is running.")
        if st.button("Start the worker", key=f"{KEY}.worker", type="primary"):
            try:
                ensure_worker(settings.runs_dir(), wait_seconds=10)
            except InputError as error:
                st.error(str(error))


def board(watching: bool) -> None:
    """The table and the chosen run; drawn again and again while a run is under way."""
    rows = chosen.all_runs()
    running = [row.id for row in rows if row.status.state == "running"]
    if find_lost(settings.runs_dir(), running, utc_now):
        rows = chosen.all_runs()
    live = any(not row.status.ended for row in rows)
    if live != watching:
        st.rerun()  # the whole page: begins or ends the polling
    if live:
        worker_notice()
    run_detail.show(f"{KEY}.detail", run_table.show(f"{KEY}.table", rows), rows)


st.title("Runs", anchor=False)
runs = chosen.all_runs()
if not runs:
    st.write("There are no runs yet. Train one on the Train page, or take these two:")
    first_runs.show(f"{KEY}.first")
else:
    under_way = any(not row.status.ended for row in runs)
    st.fragment(board, run_every=LIVE_SECONDS if under_way else None)(under_way)
