"""A warning when test photos are copies of training photos."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.data import near_copies
from core.data.dataset import Dataset
from core.jobs.near_copy_scan import SearchFuture, submit_search, wait_for_search
from pages import settings
from pages.widgets.ui import messages

_QUICK_SECONDS = 0.3  # seconds; enough to read what was found before
_POLL_SECONDS = 1.0
Pairs = tuple[near_copies.NearCopyPair, ...]


def show(dataset: Dataset) -> None:
    """Warns of near-copies. Raises DataError when a photo cannot be read."""
    with st.spinner(_("Searching for near-copies…")):
        show_warning(_search_of(dataset).result())


def show_warning(pairs: Sequence[near_copies.NearCopyPair]) -> None:
    """The line and the list, where there are any."""
    if not pairs:
        return
    with st.expander(
        " ".join(
            formatting.escape_markdown(line) for line in near_copies.near_copy_warnings(pairs)
        ),
        icon=":material/warning:",
    ):
        st.markdown(
            "\n".join(
                f"- {formatting.escape_markdown(translate(line))}"
                for line in near_copies.near_copy_groups(pairs)
            )
        )


def show_when_found(dataset: Dataset) -> Pairs | None:
    """Tells of the near-copies: now, or once they are found, which takes seconds for hundreds of
    photos. Returns them, or None while they are looked for. Raises DataError likewise."""
    found = find_pairs(dataset)
    if found is None:
        st.fragment(_wait, run_every=_POLL_SECONDS)(_search_of(dataset))
    else:
        show_warning(found)
    return found


def find_pairs(dataset: Dataset) -> Pairs | None:
    """The near-copies; None while they are looked for. Raises DataError likewise."""
    search = _search_of(dataset)
    return search.result() if wait_for_search(search, _QUICK_SECONDS) else None


def _wait(search: SearchFuture) -> None:
    """It never draws the whole page again: an st.rerun from here would bring back the link as it
    was when this was asked for, and with it undo a click that came meanwhile."""
    if not search.done():
        st.caption(_(":material/hourglass_top: Searching for near-copies…"))
        return
    with messages.show_errors():
        show_warning(search.result())


def _search_of(dataset: Dataset) -> SearchFuture:
    return _search(
        settings.shared_root(), dataset, str(dataset.root), near_copies.quick_fingerprint(dataset)
    )


@st.cache_resource(max_entries=20, show_spinner=False)
def _search(runs_dir: Path, _dataset: Dataset, root: str, stamp: str) -> SearchFuture:
    del root, stamp  # part of the cache's key: changed photos are looked at again
    return submit_search(_dataset, runs_dir)
