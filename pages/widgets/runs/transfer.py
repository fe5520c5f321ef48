"""Runs as zip files: export of the selected ones, import with a table of the outcome."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.store.index import RunRow
from core.store.status import utc_now
from core.transfer.manifest import MAX_NAME_LENGTH
from core.transfer.pack import pack, runs_bytes
from core.transfer.submissions import import_summary, import_table, import_uploads
from pages import settings
from pages.widgets.shared import access
from pages.widgets.shared.upload import UPLOAD_MB
from pages.widgets.ui import messages

_MAX_LISTED = 12  # lines of the table, and reasons below it; more scroll


def show_export(key: str, rows: Sequence[RunRow]) -> None:
    """Who sends them, and the download. Runs that cannot be moved are told; nothing without any."""
    ready = [row for row in rows if row.status.ended and not row.problem]
    if not rows:
        return
    with st.popover(_("Export"), icon=":material/folder_zip:"):
        if not ready:
            st.caption(_("Only runs that have ended can be exported."))
            return
        if len(ready) < len(rows):
            st.caption(
                _(
                    "Excluded because not ended or unreadable: {count}",
                    count=len(rows) - len(ready),
                )
            )
        sender = st.text_input(
            _("Your name"),
            key=f"{key}.from",
            max_chars=MAX_NAME_LENGTH,
            persist_state="session",
            help=_("Shown to anyone who imports the zip file."),
        )
        stopped = any(row.status.state != "done" for row in ready)
        checkpoint = stopped and st.checkbox(
            _("Include checkpoints"),
            key=f"{key}.checkpoint",
            persist_state="session",
            help=_(
                "Large files that let a stopped run continue elsewhere. Without them, "
                "resuming starts it from the beginning."
            ),
        )
        folder, ids = settings.runs_dir(), [row.id for row in ready]
        title = sender.strip() or " ".join(row.name for row in ready[:2])
        # Made by a button of its own: a download that makes its file when it is pressed would miss
        # a name that was typed just before, and could tell of no error.
        if st.button(_("Create zip file"), icon=":material/folder_zip:", key=f"{key}.make"):
            _make(key, folder, ids, sender, checkpoint)
        made = st.session_state.get(f"{key}.made")
        if made and made[0] == (ids, sender, checkpoint):
            st.download_button(
                _("Download"),
                made[1],
                f"{formatting.slugify(f'runs {title}')}.zip",
                "application/zip",
                key=f"{key}.download",
                icon=":material/download:",
                type="primary",
                on_click="ignore",
            )
        megabytes = runs_bytes(folder, ids, checkpoint) / 1e6
        st.caption(_("About {size} MB.", size=max(1, round(megabytes))))
        if megabytes > UPLOAD_MB:
            st.caption(_("Too large to import on a page; use the command `runs import` instead."))


def _make(key: str, folder: Path, ids: list[str], sender: str, checkpoint: bool) -> None:
    """Keeps the file with what it was made of: it is offered as long as that is chosen."""
    st.session_state.pop(f"{key}.made", None)
    try:
        with st.spinner(_("Packing runs")):
            packed = pack(folder, ids, sender, utc_now, checkpoint)
    except InputError as error:
        st.error(formatting.escape_markdown(translate(str(error))), icon=":material/error:")
        return
    st.session_state[f"{key}.made"] = ((ids, sender, checkpoint), packed.data)


def show_import(key: str) -> None:
    """The place to drop zip files. What became of them is drawn by `show_imported`."""
    with st.popover(_("Import"), icon=":material/move_to_inbox:"):
        if access.show_restriction("import"):
            return
        st.caption(
            _(
                "Zip files exported here or on another machine. Everything in them is "
                "checked; nothing is executed."
            )
        )
        # Another number makes another widget: files that are taken let go of their memory.
        number = st.session_state.setdefault(f"{key}.number", 0)
        sent = st.file_uploader(
            _("Zip files of runs"),
            type="zip",
            key=f"{key}.zip.{number}",
            accept_multiple_files=True,
            max_upload_size=UPLOAD_MB,
        )
        if st.button(_("Import"), key=f"{key}.go", type="primary", disabled=not sent):
            _import(key, [(file.name, file) for file in sent])


def _import(key: str, uploaded: list[tuple[str, object]]) -> None:
    bar = st.progress(0.0, text=_("Checking"))

    def show_progress(done: int, total: int) -> None:
        bar.progress(done / total, text=_("{done} of {total} zip files", done=done, total=total))

    try:
        entries = import_uploads(
            uploaded,  # type: ignore[arg-type]
            settings.runs_dir(),
            settings.datasets_dir(),
            utc_now,
            show_progress,
        )
    except InputError as error:
        bar.empty()
        messages.show_error(error)
        return
    st.session_state[f"{key}.done"] = entries
    st.session_state[f"{key}.number"] += 1
    st.rerun()


def show_imported(key: str) -> None:
    """Who sent what, and what was refused and why, until it is hidden; nothing before an import."""
    entries = st.session_state.get(f"{key}.done")
    if not entries:
        return
    with st.container(border=True, key=key):
        st.markdown(f":material/move_to_inbox: **{import_summary(entries)}**")
        st.dataframe(
            import_table(entries),
            hide_index=True,
            height="content" if len(entries) <= _MAX_LISTED else 460,
        )
        # In the table a long reason is cut off.
        refused = [entry for entry in entries if entry.outcome == "refused"]
        for entry in refused[:_MAX_LISTED]:
            line = ": ".join(
                part for part in (entry.file, entry.run, translate(entry.reason)) if part
            )
            st.caption(f":red[:material/block:] {formatting.escape_markdown(line)}")
        if any(entry.row is not None and not entry.photos_found for entry in entries):
            st.caption(
                _(
                    "For runs whose photos are not here, only curves and scores are shown, "
                    "no pictures. Add the photos to the data sets, then import the zip "
                    "file again."
                )
            )
        if st.button(_("Dismiss"), key=f"{key}.hide", type="tertiary"):
            del st.session_state[f"{key}.done"]
            st.rerun()
