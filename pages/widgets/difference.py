"""What parts the chosen items, in words: the first thing to read on Compare."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import text
from core.comparison import Against, each_against_first, runs_needed
from core.errors import InputError
from core.store.groups import Group
from core.store.run import open_run
from pages import settings


def show(key: str, items: Sequence[Group]) -> None:
    """Each item against the first: validation's sentence, then that of photos from elsewhere."""
    frames = {}
    for id_ in runs_needed(items):
        try:
            frames[id_] = open_run(settings.runs_dir(), id_).predictions()
        except InputError as error:
            st.error(str(error), icon=":material/error:")
    compared = each_against_first(items, frames)
    for number, found in enumerate(compared):
        with st.container(border=True):
            _sentences(found)
            with st.expander("Every comparison", key=f"{key}.{number}"):
                wide = {"finding": st.column_config.TextColumn(width="large")}
                st.dataframe(found.table(), hide_index=True, height="content", column_config=wide)
                st.caption(
                    "Runs are compared photo by photo (exact McNemar test), groups by the mean "
                    "over their seeds (bootstrap over photos, 95 % interval). Cannot tell does "
                    "not mean equal: the photos are few."
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
