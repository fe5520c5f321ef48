"""The set of photos that a section of Compare shows, and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core import text, thumbnails
from core.errors import InputError
from core.store.groups import Group
from core.store.run import open_run
from pages import settings


def choose(sets: Sequence[str]) -> str | None:
    """A choice of sets, kept in the link as `set`; the hardest first. None where there are none."""
    if not sets:
        st.caption("No chosen run has answered any photo yet.")
        return None
    usual = "test_difficult" if "test_difficult" in sets else sets[-1]
    return st.segmented_control(
        "Photos", list(sets), default=usual, required=True, key="set", bind="query-params",
        format_func=lambda name: text.plain_markdown(name.replace("/objects", ", objects cut out")),
        help="Validation photos come from the same shoot as the training photos. Objects cut out: "
        "each labelled object alone.",
    )  # fmt: skip


def of_files(item: Group, set_name: str, files: Sequence[str]) -> dict[str, bytes]:
    """A small JPEG per file, of the data set that the item's newest run was trained on. A data set
    that is gone or damaged is told, and gives no picture."""
    try:
        folder = open_run(settings.runs_dir(), item.members[-1].id).data_dir()
        return _thumbnails(str(folder), set_name, tuple(files), thumbnails.mark(folder, set_name))
    except InputError as error:
        st.caption(f":material/broken_image: No pictures: {text.plain_markdown(str(error))}")
        return {}


@st.cache_data(max_entries=24, show_spinner="Reading photos")
def _thumbnails(folder: str, set_name: str, files: tuple[str, ...], mark: str) -> dict[str, bytes]:
    del mark  # only there to make the cache notice
    return thumbnails.thumbnails(Path(folder), set_name, files)


def pictures(item: Group, set_name: str, files: Sequence[str], names: Sequence[str]) -> None:
    """Small pictures with their names below."""
    found = of_files(item, set_name, files)
    with st.container(horizontal=True, gap="small"):
        for file, name in zip(files, names, strict=True):
            with st.container(width=110):
                if file in found:
                    st.image(found[file], alt=name, width=110)
                st.caption(text.plain_markdown(name))
