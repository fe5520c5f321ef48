"""One run in a panel below the table: what it is doing, its curves, its log, and what can be done
with it. The Run page shows the same pieces at length."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import _
from core.compare import tables
from core.compare.comparable import runs_on_same_photos
from core.compare.selection import run_items
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets.shared import (
    links,
    run_actions,
    run_curves,
    run_state,
    verdict,
)
from pages.widgets.ui import messages


def show(key: str, row: RunRow, rows: Sequence[RunRow]) -> None:
    """Draws the run `row` of `rows`."""
    with st.container(border=True):
        _header(key, row, rows)
        if row.problem:
            messages.show_error(row.problem)
            return
        with messages.show_errors():
            run = open_run(settings.runs_dir(), row.id)
            run_state.show(row, run)
            run_curves.show(key, row, run, palette.run_colour(row.id))
            run_state.show_log(run, row.status.state == "done")


def _header(key: str, row: RunRow, rows: Sequence[RunRow]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(palette.dot_html(palette.run_colour(row.id), 20), width="content")
        st.subheader(
            formatting.escape_markdown(tables.labels_by_id(rows)[row.id]),
            anchor=False,
            width="content",
        )
        run_state.badge(row)
        verdict.chip_link(run_items([row], rows)[0])
        st.space("stretch")
        run_actions.show(key, row)
        _links(row, rows)


def _links(row: RunRow, rows: Sequence[RunRow]) -> None:
    """To its page; to Compare and CAMs with the newest other finished run on the same photos."""
    pair = ",".join([row.id, *runs_on_same_photos(row, rows)[:1]])
    links.to("run", _("Diagnosis") if row.summary else _("Its page"), run=row.id)
    if row.summary:
        links.to("compare", _("Compare"), runs=pair)
        links.to("cams", _("CAMs"), runs=pair)
