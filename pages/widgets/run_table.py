"""The table of all runs; a click on a row chooses a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import tables
from core.store.index import RunRow
from core.store.run import utc_now
from pages.widgets import chosen

_PERCENT: dict[str, Any] = {"format": "%.0f %%"}


def show(key: str, rows: Sequence[RunRow]) -> RunRow:
    """The chosen run. The link says which (`?run=<id>`); without it, the one that is training, or
    else the newest."""
    known = {row.id: row for row in rows}
    linked = st.query_params.get("run", "")
    training = next((row.id for row in rows if row.status.state == "running"), rows[0].id)
    wanted = linked if linked in known else training
    if linked and linked not in known:
        st.warning(f"There is no run {linked} here; this is another one.")
    sets = tables.scored_sets(rows)
    hard = "test_difficult" if "test_difficult" in sets or not sets else sets[-1]
    table = tables.runs_table(rows, chosen.colours(rows), utc_now(), hard)
    ids = list(known)

    def pick() -> None:
        picked = st.session_state[name]["selection"]["rows"]
        if picked:
            st.query_params["run"] = ids[picked[0]]

    # The key changes with the list of runs, because a selection counts rows from the top, and
    # with the run that is shown unasked.
    name = f"{key}.{ids[0]}.{len(ids)}.{'' if linked else wanted}"
    st.dataframe(
        table,
        key=name,
        hide_index=True,
        placeholder="",
        on_select=pick,
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [ids.index(wanted)]}},
        column_config=_columns(hard),
        height="content" if len(rows) <= 8 else 330,
        alt="All runs, newest first, with their state and scores",
    )
    return known[wanted]


def _columns(hard: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "dot": column.TextColumn("", width=36, help="The run's colour on every page"),
        "run": column.TextColumn("run", width=140),
        "state": column.TextColumn("state", width=178),
        "progress": column.ProgressColumn(
            "progress", format="%.0f %%", min_value=0, max_value=100, width=95
        ),
        "left": column.TextColumn("time left", width=68),
        "val_accuracy": column.NumberColumn(
            "validation", width=76, help=tables.SCORE_WORDS["accuracy"], **_PERCENT
        ),
        "val_loss": column.NumberColumn("val. loss", format="%.3f", width=66),
        "easy": column.NumberColumn(
            "test", width=60, help=tables.SCORE_WORDS["primary"], **_PERCENT
        ),
        "hard": column.NumberColumn(hard, width=95, help=tables.SCORE_WORDS["primary"], **_PERCENT),
        "object": column.NumberColumn(
            "objects", width=66, help=tables.SCORE_WORDS["object"], **_PERCENT
        ),
        "lift": column.NumberColumn("lift", format="%.2f", width=46, help=tables.LIFT_WORDS),
        "took": column.TextColumn("took", width=80),
        "started": column.DatetimeColumn("started", format="distance", width=115),
        "seed": column.NumberColumn("seed", width=46),
        "data": column.TextColumn("data set", width=85),
    }
