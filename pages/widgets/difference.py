"""What parts the chosen items, in words: the first thing to read on Compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core import tables, text
from core.compared_table import compared_table
from core.comparison import Against, Predictions, each_against_first, elsewhere_title
from core.store.groups import Group
from pages.widgets import verdict

FEW = 3  # items whose comparisons are told in sentences; more in a table
_HOW = (
    "Runs are compared photo by photo (exact McNemar test), groups by the mean over their seeds "
    "(bootstrap over photos, 95 % interval). Cannot tell does not mean equal: the photos are few."
)


def show(
    key: str,
    items: Sequence[Group],
    predictions: Predictions,
    colours: Mapping[str, str],
) -> None:
    """Each item against the first: validation's sentence, then that of photos from elsewhere; of
    many items a row of a table each. predictions: by run id."""
    compared = each_against_first(items, predictions)
    if len(items) > FEW:
        _table(items, compared, colours)
        return
    for number, found in enumerate(compared):
        with st.container(border=True):
            _sentences(found)
            with st.expander("Every comparison", key=f"{key}.{number}"):
                wide = {"finding": st.column_config.TextColumn(width="large")}
                st.dataframe(found.table(), hide_index=True, height="content", column_config=wide)
                st.caption(_HOW)


def _table(items: Sequence[Group], compared: Sequence[Against], colours: Mapping[str, str]) -> None:
    """All of them, with their verdicts and headline numbers."""
    column = st.column_config
    columns: dict[str, Any] = {
        "dot": column.TextColumn("", width=36),
        "run": column.TextColumn("run or group", width=190),
        "verdict": verdict.column(items),
        "validation": column.TextColumn(width=130, help=tables.SCORE_WORDS["accuracy"]),
        "objects": column.TextColumn("difficult objects", width=140,
                                     help=tables.SCORE_WORDS["object"]),
        "lift": column.TextColumn(width=110, help=tables.LIFT_WORDS),
        "by validation": column.TextColumn("validation says", width=290, help=_HOW),
        "elsewhere": column.TextColumn(f"{elsewhere_title(compared)} say", width=330, help=_HOW),
    }  # fmt: skip
    parted = sum(found.parted for found in compared)
    if parted:
        st.markdown(
            f"**Validation cannot tell {parted} of {len(compared)} from the reference; photos from "
            "elsewhere can.**"
        )
    st.dataframe(
        compared_table(items, compared, colours),
        hide_index=True,
        height="content" if len(items) <= 10 else 390,
        column_config=columns,
        alt="Each run or group against the reference",
    )


def _sentences(found: Against) -> None:
    plain = text.plain_markdown
    st.caption(f"**{plain(found.item.title)}** against **{plain(found.first.title)}**")
    st.markdown(f"#### {plain(found.validation)}")
    if found.elsewhere:
        mark = ":material/arrow_forward: " if found.parted else ""
        st.markdown(f"{'###' if found.parted else '####'} {mark}{plain(found.elsewhere)}")
    else:
        st.caption("No labelled test set: nothing else can tell them apart.")
