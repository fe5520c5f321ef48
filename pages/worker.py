"""Workers: the training processes, their queue, the machine, and problems with fixes."""

import streamlit as st

from core.base.language import _
from core.jobs.local import mark_lost_runs
from core.store.status import utc_now
from pages import settings
from pages.widgets.shared import access, selection
from pages.widgets.ui import messages
from pages.widgets.worker import machine, problems, processes, queue_list

KEY = "worker"
POLL_SECONDS = 2.0


def show_live() -> None:
    """Everything, drawn again and again: load and memory change without a run, too."""
    with messages.show_errors():
        rows, now = selection.all_runs(), utc_now()
        running = [row.id for row in rows if row.status.state == "running"]
        if mark_lost_runs(settings.runs_dir(), running, utc_now):
            rows = selection.all_runs()
        if access.is_restricted("worker"):
            if access.show_queue_position():
                queue_list.show(rows, now)
            return
        problems.show(f"{KEY}.trouble", rows, now)
        left, right = st.columns([3, 2], gap="large")
        with left:
            processes.show(f"{KEY}.process", rows, now)
            processes.show_cluster(rows)
            queue_list.show(rows, now)
            machine.show_preview_process(f"{KEY}.preview")
        with right:
            machine.show(f"{KEY}.machine", rows)


st.title(_("Workers"), anchor=False)
st.caption(
    _(
        "Separate processes, the workers, train the runs, one run each at a time. They "
        "keep training when this page, the browser or the dashboard is closed."
    )
)
access.show_restriction("worker")
access.limits()
st.fragment(show_live, run_every=POLL_SECONDS)()
if access.is_restricted("worker"):  # where things are on the server is nobody's business
    st.stop()
with st.expander(_("File locations"), icon=":material/folder:"):
    st.markdown(_("Runs, the queue and the workers' log (`worker.log`):"))
    st.code(str(settings.runs_dir().resolve()), language=None)
    st.markdown(_("Data sets:"))
    st.code(str(settings.datasets_dir().resolve()), language=None)
    st.markdown(_("From the command line:"))
    commands = ("status", "queue", "worker", "worker --stop", "cache --empty")
    st.code("\n".join(f"python -m core {command}" for command in commands), language=None)
