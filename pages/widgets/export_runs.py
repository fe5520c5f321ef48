"""A button that gives selected runs as one zip file, to be imported elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core import text
from core.errors import InputError
from core.store.index import RunRow
from core.store.run import utc_now
from core.store.travel.manifest import LONGEST_NAME
from core.store.travel.pack import pack, problem_zip, size_of
from core.words import language, retell, say, spoken
from pages import settings
from pages.widgets.upload import UPLOAD_MB


def show(key: str, rows: Sequence[RunRow]) -> None:
    """Who sends them, and the download. Runs that cannot be moved are told; nothing without any."""
    ready = [row for row in rows if row.status.ended and not row.problem]
    if not rows:
        return
    with st.popover(say("Export"), icon=":material/folder_zip:"):
        if not ready:
            st.caption(say("Only a run that has ended can be exported."))
            return
        if len(ready) < len(rows):
            st.caption(say("Left out, because they have not ended or cannot be read: {count}",
                           count=len(rows) - len(ready)))  # fmt: skip
        sender = st.text_input(say("Your name"), key=f"{key}.from", max_chars=LONGEST_NAME,
                               persist_state="session",
                               help=say("Shown to whoever imports the zip file."))  # fmt: skip
        # Known now: where the file is made, nobody is looking at a page.
        folder, ids, spoken_here = settings.runs_dir(), [row.id for row in ready], language()
        title = sender.strip() or " ".join(row.name for row in ready[:2])
        st.download_button(
            say("Download as a zip file"),
            lambda: _make(folder, ids, sender, spoken_here),
            f"{text.file_stem(f'runs {title}')}.zip",
            "application/zip",
            key=f"{key}.download",
            icon=":material/download:",
            on_click="ignore",
        )
        megabytes = size_of(folder, ids) / 1e6
        st.caption(say("With everything in their folders, about {size} MB.",
                       size=max(1, round(megabytes))))  # fmt: skip
        if megabytes > UPLOAD_MB:
            st.caption(
                say("Too large to be imported on a page; the command `runs import` takes it.")
            )


def _make(folder: Path, ids: Sequence[str], sender: str, language: str) -> bytes:
    """Called when the button is pressed, away from the page, which cannot be told of an error any
    more: the zip file says why there is nothing in it."""
    try:
        return pack(folder, ids, sender, utc_now).data
    except InputError as error:
        with spoken(language):
            return problem_zip(retell(str(error)))
