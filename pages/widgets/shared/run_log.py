"""A run's log and where its time went, folded up."""

import streamlit as st

from core.base.language import _
from core.compare import tables
from core.store.run import Run


def show(run: Run, done: bool, opened: bool = False) -> None:
    """The last lines of the log; of a done run, its times beside what was estimated."""
    if done:
        _time(run)
    with st.expander(_("Log"), icon=":material/terminal:", expanded=opened):
        st.code(run.log_tail() or _("Nothing is logged yet."), language=None, wrap_lines=True)


def _time(run: Run) -> None:
    parts = tables.timing_table(run.timing(), run.estimate())
    if len(parts) < 2:
        return
    seconds = _("%.1f s")
    columns = {
        "part": st.column_config.TextColumn(_("part")),
        "took": st.column_config.NumberColumn(_("took"), format=seconds),
        "estimated": st.column_config.NumberColumn(_("estimated"), format=seconds),
    }
    with st.expander(_("Where the time went"), icon=":material/timer:"):
        st.dataframe(
            parts, hide_index=True, width="content", height="content", column_config=columns
        )
