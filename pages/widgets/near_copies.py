"""A warning when test photos are copies of training photos."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import text
from core.data import leaks
from core.data.dataset import Dataset
from pages import settings


def show(dataset: Dataset) -> None:
    """One line when there are near-copies, with the list behind it; nothing otherwise. Raises
    DataError when a photo cannot be read."""
    pairs = _pairs(settings.runs_dir(), dataset, str(dataset.root), leaks.stamp(dataset))
    if not pairs:
        return
    with st.expander(
        " ".join(text.plain_markdown(line) for line in leaks.headlines(pairs)),
        icon=":material/warning:",
    ):
        st.markdown("\n".join(f"- {text.plain_markdown(pair.told())}" for pair in pairs))


@st.cache_data(max_entries=20, show_spinner="Looking for copies among the photos…")
def _pairs(runs_dir: Path, _dataset: Dataset, root: str, stamp: str) -> tuple[leaks.Pair, ...]:
    del root, stamp  # part of the cache's key: changed photos are looked at again
    return leaks.near_copies(_dataset, runs_dir)
