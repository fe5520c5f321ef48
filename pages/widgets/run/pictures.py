"""Rows of pictures with captions, among them shifted validation photos with a run's answers."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.jobs.preview import client
from core.store.run import Run
from core.views.diagnosis_pictures import Picture, choose_examples
from pages import settings
from pages.widgets.shared import access, preview_wait
from pages.widgets.ui import lazy_expander, messages

_MARKS = {True: ":green[:material/check:] ", False: ":red[:material/close:] ", None: ""}


def show(pictures: Sequence[Picture], width: int) -> None:
    """Side by side, `width` pixels each; a mark says whether the answer in a caption is right."""
    if not pictures:
        return
    with st.container(horizontal=True, gap="small"):
        for picture in pictures:
            with st.container(width=width):
                st.image(picture.jpeg, alt=picture.alt, width=width)
                st.caption(_MARKS[picture.correct] + formatting.escape_markdown(picture.caption))


def show_shifted(key: str, run: Run, width: int) -> None:
    """The pictures, `width` pixels each, once somebody asks for them."""
    title = _("Some of these views, with its answers")
    box = lazy_expander.show(f"{key}.{run.id}", title, ":material/photo_library:")
    if box is None:
        return
    with box, messages.show_errors():
        if access.show_restriction("preview") or not preview_wait.show(key):
            return
        asked = choose_examples(run.shifted())
        files = [(one.family, one.file, one.view) for one in asked]
        found = client.request_shifted(settings.runs_dir(), run.id, files, settings.check_cancelled)
        st.caption(
            _("Chosen by a fixed rule: of each kind right and wrong ones, where there are any.")
        )
        show([one.picture(jpeg) for one, jpeg in zip(asked, found, strict=True)], width)
