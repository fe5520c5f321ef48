"""One line when something is wrong with the worker, the queue or the machine; a link to help."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.jobs.health import find_problems
from core.jobs.local import LocalExecutor, ensure_worker
from core.store.index import RunRow
from core.store.rescoring import Work
from core.store.status import utc_now
from pages import settings
from pages.widgets.shared import access, links
from pages.widgets.ui import messages


def show(key: str, rows: Sequence[RunRow] = ()) -> None:
    """The most pressing trouble, if any. rows: the runs to look through for lost ones."""
    try:
        found = [t for t in find_problems(settings.runs_dir(), utc_now(), rows) if t.pressing]
    except InputError as error:
        messages.show_error(error)
        return
    if access.is_restricted("worker"):  # of the machine a visitor need not know
        found = [trouble for trouble in found if trouble.kind == "no_worker"]
    if not found:
        return
    first = found[0]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        words = formatting.escape_markdown(translate(first.words))
        st.markdown(f":material/warning: {words}", width="content")
        if "worker" in first.kind and st.button(
            _("Start the worker"), key=f"{key}.start", type="primary"
        ):
            start_worker()
        links.to("worker", _("What to do"), icon=":material/build:")


def show_progress(
    key: str, done: float, text: str, work: Sequence[Work], stop: str, worker_missing: bool
) -> None:
    """A bar of work that a worker does, the button that ends it, and one that starts the worker
    that it lacks. done: 0 to 1; stop: the button's label."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done, text=text)
        if st.button(stop, key=f"{key}.stop", icon=":material/stop_circle:"):
            for one in work:
                LocalExecutor(settings.runs_dir()).cancel_work(one)
            st.rerun()
        if worker_missing and st.button(_("Start the worker"), key=f"{key}.worker"):
            start_worker()


def start_worker() -> None:
    """Starts it and draws the page again, or says why it does not come up."""
    messages.rerun_after(lambda: ensure_worker(settings.runs_dir(), wait_seconds=10))
