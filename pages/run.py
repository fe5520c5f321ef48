"""Run: the diagnosis of one run, as a letter."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import charts, tables, text
from core.errors import InputError
from core.letter import write_letter
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets import chosen, first_runs, letter, verdict

KEY = "run"


def choose(rows: Sequence[RunRow]) -> RunRow | None:
    """The run of the link (`?run=<id>`), which the box changes; None while none is chosen."""
    labels, known = tables.labels_of(rows), {row.id: row for row in rows}
    linked = st.query_params.get("run", "")
    if linked and linked not in known:
        st.warning(f"There is no run {linked} here.")
    if st.session_state.get(f"{KEY}.linked") != linked or KEY not in st.session_state:
        st.session_state[KEY] = linked if linked in known else None
    current = st.session_state[KEY]
    if current in known:
        st.html(charts.dot(chosen.colours(rows)[current], 20), width="content")
    picked = st.selectbox(
        "Run",
        list(known),
        key=KEY,
        placeholder="Choose a run",
        format_func=lambda id_: labels.get(id_, id_),
        label_visibility="collapsed",
        width=300,
    )
    if picked and picked != linked:
        st.query_params["run"] = picked
    st.session_state[f"{KEY}.linked"] = picked or linked
    return known[picked] if picked else None


def links(row: RunRow, rows: Sequence[RunRow]) -> None:
    """To Compare with the newest other finished run, and to CAMs."""
    others = [other.id for other in rows if other.summary and other.id != row.id][:1]
    pair = ",".join([row.id, *others])
    named = f" with {tables.labels_of(rows)[others[0]]}" if others else ""
    with st.container(horizontal=True):
        st.page_link("pages/compare.py", label=f"Compare{text.plain_markdown(named)}",
                     icon=":material/compare_arrows:", query_params={"runs": pair})  # fmt: skip
        st.page_link("pages/cams.py", label="All its CAMs", icon=":material/frame_inspect:",
                     query_params={"runs": row.id})  # fmt: skip


def why_none(row: RunRow) -> str:
    """Why a run has no diagnosis, and what to do."""
    if not row.status.ended:
        return "This run is not done yet. Its diagnosis is made at the end of training."
    if row.status.state != "done":
        return (
            "This run stopped before its end, so there is nothing to diagnose. Resume it on Runs."
        )
    return (
        "This run has no diagnosis: it is older than diagnoses are. This makes one: "
        f"`python -m core evaluate {row.id}`"
    )


def show_run(row: RunRow, rows: Sequence[RunRow], head: DeltaGenerator) -> None:
    """The letter on a run, or why there is none; its verdict goes into `head`."""
    if row.problem:
        st.error(row.problem, icon=":material/error:")
        return
    found = write_letter(open_run(settings.runs_dir(), row.id))
    if found is None:
        st.info(why_none(row), icon=":material/info:")
        return
    with head:
        verdict.chip(found.verdict)
    letter.show(f"{KEY}.letter", found, chosen.colours(rows)[row.id])
    links(row, rows)


st.title("Run", anchor=False)
runs = chosen.all_runs()
if runs:
    top = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with top:
        shown = choose(runs)
    try:
        if shown:
            show_run(shown, runs, top)
        else:
            st.info("Choose a run to read its diagnosis: what went right or wrong, how we know, "
                    "and what to try next.")  # fmt: skip
    except InputError as problem:
        st.error(str(problem), icon=":material/error:")
else:
    st.write("A diagnosis comes with a finished run. Train one on the Train page, or take these:")
    first_runs.show(f"{KEY}.first")
