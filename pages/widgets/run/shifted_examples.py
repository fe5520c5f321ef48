"""Some of the shifted validation photos that a run was asked about, with its answers."""

import streamlit as st

from core.base.language import _
from core.jobs.preview import client
from core.store.run import Run
from core.views.diagnosis_pictures import choose_examples
from pages import settings
from pages.widgets.run import pictures
from pages.widgets.shared import access, preview_wait
from pages.widgets.ui import lazy_expander, messages


def show(key: str, run: Run, width: int) -> None:
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
        pictures.show([one.picture(jpeg) for one, jpeg in zip(asked, found, strict=True)], width)
