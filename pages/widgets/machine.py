"""What the machine has left: processors, memory, disk; and the feature cache, to be emptied."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import InputError
from core.jobs import resources
from core.jobs.health import LOW_DISK, LOW_MEMORY
from core.jobs.local import under_way
from core.processor import cores
from core.store.features import MAX_BYTES, cache_size, empty_cache
from core.store.index import RunRow
from pages import settings
from pages.widgets import told


def show(key: str, rows: Sequence[RunRow]) -> None:
    """Bars of what is in use; what the system does not tell is left out."""
    with st.container(border=True):
        st.subheader("This machine", anchor=False)
        load, count = resources.load(), cores()
        if load is not None:
            waits = f", and work for {load - count:.1f} more waits" if load > count else ""
            words = f"Processors: {min(load, count):.1f} of {count} cores busy{waits}"
            st.progress(min(load / count, 1.0), text=f"{words} (last minute)")
        _share("Memory", resources.memory(), LOW_MEMORY)
        _share("Disk of the runs folder", resources.disk(settings.runs_dir()), LOW_DISK)
    with st.container(border=True):
        st.subheader("Feature cache", anchor=False)
        _cache(key, rows)


def _share(name: str, found: resources.Share | None, low: int) -> None:
    if found is None:
        return
    mark = ":material/warning: " if found.free < low else ""
    words = f"{mark}{name}: {found.free / 1e9:.1f} of {found.total / 1e9:.0f} GB free"
    st.progress(1 - found.free / found.total if found.total else 1.0, text=words)


def _cache(key: str, rows: Sequence[RunRow]) -> None:
    size = cache_size(settings.runs_dir())
    st.caption(
        f"{size / 1e6:.0f} MB of at most {MAX_BYTES / 1e9:.0f} GB: what the frozen layers see of "
        "each photo, kept so that the next run begins sooner. A run that misses it computes it "
        "again."
    )
    busy = any(row.status.state == "running" for row in rows)
    if busy:
        st.caption("It can be emptied when no run trains.")
    if st.button("Empty it", icon=":material/delete_sweep:", key=f"{key}.empty",
                 disabled=busy or not size):  # fmt: skip
        _empty()


def _empty() -> None:
    try:
        if under_way(settings.runs_dir()):
            st.caption("A run has just begun to train: try again when it is done.")
            return
        empty_cache(settings.runs_dir())
    except InputError as error:
        told.error(error)
    else:
        st.rerun()
