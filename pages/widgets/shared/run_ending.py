"""Why a run stopped before its end, its last words, and what to do."""

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.store.index import RunRow
from core.store.run import Run
from core.views.run_ending import find_stop_reason

_LINES = 6


def show(row: RunRow, run: Run) -> None:
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
        st.caption(_("The last lines of its log:"))
        st.code(last, language=None, wrap_lines=True)
