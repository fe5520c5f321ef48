"""Runs from zip files that others have exported: one, or those of a whole class; and the table of
what became of them."""

import streamlit as st

from core.base import formatting
from core.base.errors import InputError
from core.base.language import _, translate
from core.store.status import utc_now
from core.transfer.submissions import import_summary, import_table, import_uploads
from pages import settings
from pages.widgets.shared import access
from pages.widgets.shared.upload import UPLOAD_MB
from pages.widgets.ui import messages

_MAX_LISTED = 12  # lines of the table, and reasons below it; more scroll


def show(key: str) -> None:
    """The place to drop zip files. What became of them is drawn by `result`."""
    with st.popover(_("Import"), icon=":material/move_to_inbox:"):
        if access.show_restriction("import"):
            return
        st.caption(
            _(
                "Zip files that were exported here or on another machine. Everything in them is "
                "checked; nothing in them is executed."
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


def result(key: str) -> None:
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
                    "Of runs whose photos are not here, curves and scores are shown, and no "
                    "pictures. Once the photos are among the data sets, import the zip file "
                    "again."
                )
            )
        if st.button(_("Hide"), key=f"{key}.hide", type="tertiary"):
            del st.session_state[f"{key}.done"]
            st.rerun()
