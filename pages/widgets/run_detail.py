"""One run: what it is doing, its curves, its log, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import charts, tables, text
from core.errors import InputError
from core.items import run_items
from core.jobs.local import LocalExecutor
from core.store.index import RunRow
from core.store.run import Run, open_run, utc_now
from pages import settings
from pages.widgets import chosen, verdict

_BADGES = {
    "queued": ("waiting", ":material/hourglass_empty:", "gray"),
    "running": ("running", ":material/play_arrow:", "blue"),
    "paused": ("paused", ":material/pause:", "gray"),
    "done": ("done", ":material/check:", "green"),
    "failed": ("failed", ":material/error:", "red"),
    "cancelled": ("cancelled", ":material/block:", "orange"),
}


def show(key: str, row: RunRow, rows: Sequence[RunRow]) -> None:
    """Draws the run `row` of `rows`."""
    with st.container(border=True):
        _header(key, row, rows)
        if row.problem:
            st.error(row.problem, icon=":material/error:")
            return
        if row.status.error:
            st.error(row.status.error, icon=":material/error:")
        try:
            _curves(key, row, chosen.colours(rows)[row.id])
            run = open_run(settings.runs_dir(), row.id)
            log = run.log_tail()
            if row.status.state == "done":
                _time(run)
        except InputError as error:
            st.error(str(error), icon=":material/error:")
            return
        with st.expander("Log", icon=":material/terminal:"):
            st.code(log or "Nothing is logged yet.", language=None, wrap_lines=True)


def _header(key: str, row: RunRow, rows: Sequence[RunRow]) -> None:
    status, now = row.status, utc_now()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(charts.dot(chosen.colours(rows)[row.id], 20), width="content")
        st.subheader(
            text.plain_markdown(tables.labels_of(rows)[row.id]), anchor=False, width="content"
        )
        label, icon, colour = _BADGES[status.state]
        st.badge(label, icon=icon, color=colour)  # type: ignore[arg-type]
        verdict.link(run_items([row], rows)[0])
        st.space("stretch")
        if not status.ended:
            _cancel(key, row)
        elif status.state != "done" and not row.problem:
            _resume(key, row)
        if row.summary:
            _links(row, rows)
    if status.ended or not status.epochs:
        took = text.duration(text.time_taken(status, now))
        words = f"{text.state(status)}" + (f", took {took}" if took else "")
        if status.state == "done" and (expected := _expected(row)):
            words += f", estimated {text.duration(expected)}"
        st.caption(words)
        return
    if status.state == "queued":
        st.caption("It starts when the runs before it are done.")
        return
    left = text.duration(text.time_left(status, now))
    words = text.state(status) + (f", about {left} left" if left else "")
    st.progress(min(status.epoch / status.epochs, 1.0), text=words)


def _expected(row: RunRow) -> float:
    """Seconds that the run was expected to take; 0 when unknown."""
    try:
        return sum(open_run(settings.runs_dir(), row.id).estimate().values())
    except InputError:
        return 0.0  # what cannot be read is told by the curves


def _time(run: Run) -> None:
    """Where the time went, beside where it was expected to go."""
    parts = tables.time_parts(run.timing(), run.estimate())
    if len(parts) < 2:
        return
    seconds = st.column_config.NumberColumn(format="%.1f s")
    with st.expander("Where the time went", icon=":material/timer:"):
        st.dataframe(parts, hide_index=True, width="content", height="content",
                     column_config={"took": seconds, "estimated": seconds})  # fmt: skip


def _links(row: RunRow, rows: Sequence[RunRow]) -> None:
    """To the diagnosis; to Compare and CAMs with this run and the newest other finished one."""
    others = [other.id for other in rows if other.summary and other.id != row.id]
    pair = ",".join([row.id, *others[:1]])
    st.page_link("pages/run.py", label="Diagnosis", icon=":material/diagnosis:",
                 query_params={"run": row.id})  # fmt: skip
    st.page_link("pages/compare.py", label="Compare", icon=":material/compare_arrows:",
                 query_params={"runs": pair})  # fmt: skip
    st.page_link("pages/cams.py", label="CAMs", icon=":material/frame_inspect:",
                 query_params={"runs": pair})  # fmt: skip


def _resume(key: str, row: RunRow) -> None:
    if st.button(
        "Resume",
        icon=":material/resume:",
        key=f"{key}.resume.{row.id}",
        help="Goes on after the last finished epoch; the result is the same, to the last bit, as "
        "if it had never stopped.",
    ):
        try:
            LocalExecutor(settings.runs_dir()).resume(row.id)
        except InputError as error:
            st.error(str(error))
        else:
            st.rerun()


def _cancel(key: str, row: RunRow) -> None:
    with st.popover("Cancel", icon=":material/stop_circle:", key=f"{key}.cancel.{row.id}"):
        st.write("Stop this run? The epochs that are done are kept.")
        if st.button("Stop it", type="primary", key=f"{key}.stop.{row.id}"):
            try:
                LocalExecutor(settings.runs_dir()).cancel(row.id)
            except InputError as error:
                st.error(str(error))
            else:
                st.write("Asked to stop; it ends after the current step.")


def _curves(key: str, row: RunRow, colour: str) -> None:
    history = open_run(settings.runs_dir(), row.id).history()
    if history.empty:
        if row.status.state == "running":
            st.caption("The curves begin after the first epoch.")
        return
    one, name = {row.id: history}, {row.id: row.name}
    loss, accuracy, rates = st.columns(3)
    with loss:
        st.markdown("**Loss**", help="How wrong the answers are, weighted by how sure they were.")
        st.plotly_chart(charts.curves(one, name, {row.id: colour}, "loss"),
                        key=f"{key}.loss", config=charts.PLOT_CONFIG)  # fmt: skip
    with accuracy:
        st.markdown("**Validation accuracy**", help=tables.SCORE_WORDS["accuracy"])
        st.plotly_chart(charts.curves(one, name, {row.id: colour}, "accuracy"),
                        key=f"{key}.accuracy", config=charts.PLOT_CONFIG)  # fmt: skip
    with rates:
        st.markdown("**Learning rates**", help="How far each step changed the weights, per band.")
        st.plotly_chart(charts.used_rates(history), key=f"{key}.rates", config=charts.PLOT_CONFIG)
