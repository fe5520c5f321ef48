"""Runs: what is training, what has trained, and one run in detail."""

from __future__ import annotations

import streamlit as st

from core.errors import InputError
from core.jobs.local import ensure_worker, find_lost, worker_alive
from core.store.run import utc_now
from pages import settings
from pages.widgets import chosen, first_runs, run_detail, run_table, run_words, trash

KEY = "runs"
LOOK_SECONDS = 1.5


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


def watch(seen: int, running: list[str]) -> None:
    """Draws the page again when a run has changed, whoever changed it, and else does nothing."""
    find_lost(settings.runs_dir(), running, utc_now)
    if chosen.version(at_most_old=LOOK_SECONDS / 2) != seen:
        st.rerun()


st.title("Runs", anchor=False)
version, runs = chosen.look()
under_way = [row.id for row in runs if row.status.state == "running"]
st.fragment(watch, run_every=LOOK_SECONDS)(version, under_way)
undo, notice, warning = st.container(), st.container(), st.container()  # what follows stays put
with undo:
    trash.undo(f"{KEY}.deleted")
if runs:
    with notice:
        if any(not row.status.ended for row in runs):
            worker_notice()
    with warning:
        opened = run_table.opened_run(runs)
    run_table.show(f"{KEY}.table", opened.id)
    run_words.show(f"{KEY}.words", opened, runs)
    run_detail.show(f"{KEY}.detail", opened, runs)
else:
    st.write("There are no runs yet. Train one on the Train page, or take these two:")
    first_runs.show(f"{KEY}.first")
    trash.show(f"{KEY}.trash")
