"""One run in a panel below the table: its state, curves, log and actions."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import _
from core.compare import tables
from core.compare.selection import run_items, runs_on_same_photos
from core.store.annotations import MAX_NOTE_LENGTH, annotate, read_annotations
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets.shared import links, run_actions, run_curves, run_state, verdict
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
    links.to("run", _("Diagnosis") if row.summary else _("Open run"), run=row.id)
    if row.summary:
        links.to("compare", _("Compare"), runs=pair)
        links.to("cams", _("CAMs"), runs=pair)


def show_notes(key: str, row: RunRow, rows: Sequence[RunRow]) -> None:
    """Name, tags and note. Writes only what was changed here, to keep what others change."""
    if row.problem or row.example:
        return
    with messages.show_errors():
        _edit(key, row, sorted({tag for other in rows for tag in other.tags}))


def _edit(key: str, row: RunRow, known_tags: Sequence[str]) -> None:
    run = open_run(settings.runs_dir(), row.id)
    said = read_annotations(run)
    own = f"{key}.{row.id}"
    with st.popover(_("Name, tags, note"), icon=":material/edit_note:", key=f"{own}.words"):
        # A field's key changes with what is written in the folder, so that it shows what others
        # have written, unless one is just typing here.
        name = st.text_input(
            _("Name"),
            said.name or str(row.recipe["name"]),
            max_chars=80,
            key=f"{own}.name.{said.name}",
            help=_("Shown instead of the recipe's name. Clear it to restore that name."),
        )
        tags = st.multiselect(
            _("Tags"),
            [*said.tags, *(tag for tag in known_tags if tag not in said.tags)],
            default=list(said.tags),
            accept_new_options=True,
            key=f"{own}.tags.{' '.join(said.tags)}",
            placeholder=_("Choose or type a tag"),
        )
        note = st.text_area(
            _("Note"),
            said.note,
            max_chars=MAX_NOTE_LENGTH,
            key=f"{own}.note.{said.note}",
            placeholder=_("What is worth remembering about this run?"),
            help=_("Shown as Markdown, without HTML or pictures."),
        )
    shown = said.name or str(row.recipe["name"])
    renamed = "" if name.strip() == row.recipe["name"] else name.strip()
    changes = {
        "name": renamed if name.strip() != shown else None,
        "note": note if note.strip() != said.note else None,
        "add_tags": [tag.strip() for tag in tags if tag not in said.tags],
        "remove_tags": [tag for tag in said.tags if tag not in tags],
    }
    if any(value is not None and value != [] for value in changes.values()):
        annotate(run, **changes)  # type: ignore[arg-type]
        st.rerun()
