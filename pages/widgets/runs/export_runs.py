"""Selected runs as one zip file, to be imported elsewhere."""

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
from pages import settings
from pages.widgets.shared.upload import UPLOAD_MB


def show(key: str, rows: Sequence[RunRow]) -> None:
    """Who sends them, and the download. Runs that cannot be moved are told; nothing without any."""
    ready = [row for row in rows if row.status.ended and not row.problem]
    if not rows:
        return
    with st.popover(_("Export"), icon=":material/folder_zip:"):
        if not ready:
            st.caption(_("Only a run that has ended can be exported."))
            return
        if len(ready) < len(rows):
            st.caption(
                _(
                    "Left out, because they have not ended or cannot be read: {count}",
                    count=len(rows) - len(ready),
                )
            )
        sender = st.text_input(
            _("Your name"),
            key=f"{key}.from",
            max_chars=MAX_NAME_LENGTH,
            persist_state="session",
            help=_("Shown to whoever imports the zip file."),
        )
        stopped = any(row.status.state != "done" for row in ready)
        checkpoint = stopped and st.checkbox(
            _("With checkpoints"),
            key=f"{key}.checkpoint",
            persist_state="session",
            help=_(
                "Large files, with which a stopped run can go on elsewhere. Without them it begins "
                "again when it is resumed."
            ),
        )
        folder, ids = settings.runs_dir(), [row.id for row in ready]
        title = sender.strip() or " ".join(row.name for row in ready[:2])
        # Made by a button of its own: a download that makes its file when it is pressed would miss
        # a name that was typed just before, and could tell of no error.
        if st.button(_("Make the zip file"), icon=":material/folder_zip:", key=f"{key}.make"):
            _make(key, folder, ids, sender, checkpoint)
        made = st.session_state.get(f"{key}.made")
        if made and made[0] == (ids, sender, checkpoint):
            st.download_button(
                _("Download it"),
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
            st.caption(_("Too large to be imported on a page; the command `runs import` takes it."))


def _make(key: str, folder: Path, ids: list[str], sender: str, checkpoint: bool) -> None:
    """Keeps the file with what it was made of: it is offered as long as that is chosen."""
    st.session_state.pop(f"{key}.made", None)
    try:
        with st.spinner(_("Packing the runs")):
            packed = pack(folder, ids, sender, utc_now, checkpoint)
    except InputError as error:
        st.error(formatting.escape_markdown(translate(str(error))), icon=":material/error:")
        return
    st.session_state[f"{key}.made"] = ((ids, sender, checkpoint), packed.data)
