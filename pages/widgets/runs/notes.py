"""What people say of the open run: its name, tags and note."""

from collections.abc import Sequence

import streamlit as st

from core.base.language import _
from core.store.annotations import MAX_NOTE_LENGTH, annotate, read_annotations
from core.store.index import RunRow
from core.store.run import open_run
from pages import settings
from pages.widgets.ui import messages


def show(key: str, row: RunRow, rows: Sequence[RunRow]) -> None:
    """Draws them for the run `row` of `rows`. Only what was changed here is written, so that
    nothing of what others change meanwhile is lost."""
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
            help=_("Shown instead of the recipe's name; empty brings that back."),
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
            placeholder=_("What is worth remembering of this run?"),
            help=_("Markdown is shown on the page, without HTML or pictures."),
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
