"""The table of all runs; a click on a row chooses a run. Repeats can be one row: then a second
table shows the runs of the chosen row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import tables
from core.items import item_colours, run_items
from core.score_tables import hard_set
from core.store.groups import Group, groups_of
from core.store.index import RunRow
from core.store.run import utc_now
from pages.widgets import chosen
from pages.widgets.verdict import look

_PERCENT: dict[str, Any] = {"format": "%.0f %%"}


def show(key: str, rows: Sequence[RunRow]) -> RunRow:
    """The chosen run. The link says which (`?run=<id>`); without it, the one that is training, or
    else the newest. The link also says whether repeats are grouped (`?group=false`)."""
    known = {row.id: row for row in rows}
    linked = st.query_params.get("run", "")
    training = next((row.id for row in rows if row.status.state == "running"), rows[0].id)
    wanted = linked if linked in known else training
    if linked and linked not in known:
        st.warning(f"There is no run {linked} here; this is another one.")
    groups = groups_of(rows)
    if any(group.repeats > 1 for group in groups) and st.toggle(
        "Group repeats",
        value=True,
        key="group",
        bind="query-params",
        help="One row for runs that differ only by their seed or fold: mean (lowest-highest).",
    ):
        group = _pick_group(key, groups, rows, wanted, bool(linked))
        if len(group.members) > 1:
            st.caption(f"The runs of {group.title}:")
            _pick_run(f"{key}.members", group.members, rows, wanted, bool(linked))
    else:
        _pick_run(key, rows, rows, wanted, bool(linked))
    return known[wanted]


def _pick_group(
    key: str, groups: Sequence[Group], rows: Sequence[RunRow], wanted: str, linked: bool
) -> Group:
    """The group of the wanted run, whose row is chosen."""
    place = next(
        place for place, group in enumerate(groups) if wanted in {row.id for row in group.members}
    )
    hard = hard_set(groups)
    _table(
        f"{key}.groups",
        tables.groups_table(groups, item_colours(groups, rows), hard),
        [group.members[0].id for group in groups],
        place,
        linked,
        _group_columns(hard) | _verdict_column(groups),
        "Runs and groups of repeats, newest first, with their state and scores",
    )
    return groups[place]


def _pick_run(
    key: str, shown: Sequence[RunRow], rows: Sequence[RunRow], wanted: str, linked: bool
) -> None:
    ids, items = [row.id for row in shown], run_items(shown, rows)
    hard = hard_set(items)
    _table(
        key,
        tables.runs_table(shown, chosen.colours(rows), utc_now(), hard, tables.labels_of(rows)),
        ids,
        ids.index(wanted),
        linked,
        _columns(hard) | _verdict_column(items),
        "Runs with their state and scores",
    )


def _table(
    key: str, table: Any, ids: Sequence[str], place: int, linked: bool,
    columns: dict[str, Any], alt: str,
) -> None:  # fmt: skip
    """A table with a row per id, of which the one at `place` is chosen; a click on another puts
    its id into the link."""

    def pick() -> None:
        picked = st.session_state[name]["selection"]["rows"]
        if picked:
            st.query_params["run"] = ids[picked[0]]

    # The key changes with the list of runs, because a selection counts rows from the top, and
    # with the run that is shown unasked.
    name = f"{key}.{ids[0]}.{len(ids)}.{'' if linked else ids[place]}"
    st.dataframe(
        table,
        key=name,
        hide_index=True,
        placeholder="",
        on_select=pick,
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [place]}},
        column_config=columns,
        height="content" if len(ids) <= 8 else 330,
        alt=alt,
    )


def _verdict_column(items: Sequence[Group]) -> dict[str, Any]:
    """The verdicts as chips: words on the verdict's colour."""
    looks = {}
    for item in items:
        if verdicts := item.verdict():
            looks[tables.verdict_words(item)] = look(verdicts.majority)[1]
    return {
        "verdict": st.column_config.MultiselectColumn(
            "verdict",
            options=list(looks),
            color=list(looks.values()),
            width=235 if any(len(item.members) > 1 for item in items) else 185,
            help="What the diagnosis says. Choose the run and open its diagnosis to read why.",
        )
    }


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


def _group_columns(hard: str) -> dict[str, Any]:
    column, words = st.column_config, tables.SCORE_WORDS
    return {
        "dot": column.TextColumn("", width=36, help="The group's colour on every page"),
        "run": column.TextColumn("run or group", width=170),
        "runs": column.NumberColumn("runs", width=46),
        "state": column.TextColumn("state", width=150),
        "val_accuracy": column.TextColumn("validation", width=120, help=words["accuracy"]),
        "easy": column.TextColumn("test", width=120, help=words["primary"]),
        "hard": column.TextColumn(hard, width=120, help=words["primary"]),
        "object": column.TextColumn("objects", width=120, help=words["object"]),
        "lift": column.TextColumn("lift", width=120, help=tables.LIFT_WORDS),
        "started": column.DatetimeColumn("started", format="distance", width=115),
        "data": column.TextColumn("data set", width=85),
    }
