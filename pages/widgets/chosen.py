"""The runs that a person is looking at: kept in the link, and carried from page to page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import charts, tables
from core.store.index import RunIndex, RunRow
from pages import settings

_CARRIED = "chosen.runs"  # ids that the last page showed; not a widget's key
_MOST = 6


def all_runs() -> list[RunRow]:
    """Every run, newest first."""
    return RunIndex(settings.runs_dir()).rows()


def colours(rows: Sequence[RunRow], chosen: Sequence[str] = ()) -> dict[str, str]:
    """A colour per run, the same on every page."""
    return charts.run_colours([row.id for row in reversed(rows)], chosen)


def carry(ids: Sequence[str]) -> None:
    """Remembers runs for the next page that asks which ones."""
    st.session_state[_CARRIED] = list(ids)


def show(key: str, rows: Sequence[RunRow]) -> list[RunRow]:
    """The chosen ones of `rows`, oldest first. The link says which (`?runs=a,b`); without it, the
    last page's choice, or else the two newest finished ones."""
    known = {row.id: row for row in reversed(rows)}
    labels = tables.labels_of(rows)
    linked = [id_ for text in st.query_params.get_all("runs") for id_ in text.split(",") if id_]
    if linked != st.session_state.get(f"{key}.linked") or key not in st.session_state:
        newest = [row.id for row in rows if row.summary][:2] or list(known)[-2:]
        carried = linked or st.session_state.get(_CARRIED) or newest
        st.session_state[key] = [id_ for id_ in known if id_ in carried][-_MOST:]
        lost = [id_ for id_ in linked if id_ not in known]
        if lost:
            st.warning(f"Not found here: {', '.join(lost)}.")
    ids = st.multiselect(
        "Runs",
        list(known),
        key=key,
        format_func=lambda id_: labels.get(id_, id_),
        max_selections=_MOST,
        placeholder="Choose runs",
    )
    ids = [id_ for id_ in known if id_ in ids]
    st.session_state[f"{key}.linked"] = ids
    if ids != linked:
        st.query_params["runs"] = ",".join(ids)
    carry(ids)
    return [known[id_] for id_ in ids]
