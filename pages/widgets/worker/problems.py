"""What is wrong with the worker, the queue or the machine, each with what to do about it."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.compare import tables
from core.jobs.health import Problem, find_problems
from core.jobs.local import LocalExecutor, ensure_worker, give_up
from core.jobs.queue import Queue
from core.jobs.stop_worker import restart_worker
from core.store.index import RunRow
from core.store.lr_finder import open_work
from core.store.status import utc_now
from pages import settings
from pages.widgets.shared import links
from pages.widgets.shared.worker_notice import start_worker
from pages.widgets.ui import messages


def show(key: str, rows: Sequence[RunRow], now: datetime) -> None:
    """Every problem with its fix. Raises InputError when the queue cannot be read."""
    found = find_problems(settings.runs_dir(), now, rows)
    if not found:
        st.success(_("No problems found."), icon=":material/check_circle:")
    for one in found:
        with st.container(border=True):
            icon = ":material/warning:" if one.pressing else ":material/info:"
            st.markdown(f"{icon} **{formatting.escape_markdown(translate(one.words))}**")
            st.markdown(one.advice)
            with st.container(horizontal=True):
                _show_fix(f"{key}.{one.kind}{one.pid or ''}", one, rows)


def _show_fix(key: str, trouble: Problem, rows: Sequence[RunRow]) -> None:
    """The button or links that mend it, where there is one."""
    runs_dir = settings.runs_dir()
    if "worker" in trouble.kind:
        if st.button(_("Start the worker"), type="primary", icon=":material/play_arrow:", key=key):
            start_worker()
    elif trouble.kind == "silent":
        if st.button(
            _("Restart the worker"), type="primary", icon=":material/restart_alt:", key=key
        ):
            with messages.show_errors():
                with st.spinner(_("Restarting the worker")):
                    restart_worker(runs_dir, only=[trouble.pid] if trouble.pid else ())
                st.rerun()
    elif trouble.kind == "cluster":
        if trouble.runs and st.button(_("Give up these runs"), key=key):
            for run_id in trouble.runs:
                give_up(open_work(runs_dir, run_id), utc_now)
            st.rerun()
    elif trouble.kind == "stray":
        if st.button(_("Re-queue"), type="primary", icon=":material/playlist_add:", key=key):
            for run_id in trouble.runs:
                Queue(runs_dir).submit(run_id)
            ensure_worker(runs_dir)
            st.rerun()
    elif trouble.kind == "lost":
        labels = tables.labels_by_id(rows)
        for run_id in trouble.runs:
            links.to("run", formatting.escape_markdown(labels[run_id]), run=run_id)
        label = _("Resume") if len(trouble.runs) == 1 else _("Resume all")
        if st.button(label, icon=":material/resume:", key=key):
            for run_id in trouble.runs:
                LocalExecutor(runs_dir).resume(run_id)
            st.rerun()
