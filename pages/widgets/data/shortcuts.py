"""Whether classes can be told without looking at what the photos show."""

import streamlit as st

from core.base import formatting
from core.base.language import _, ngettext
from core.data.dataset import Dataset
from core.data.shoots import count_occasions
from core.evaluate.shortcuts import find_shortcuts
from pages.widgets.shared.cached import cached
from pages.widgets.ui import lazy_expander


def show(key: str, dataset: Dataset) -> None:
    """Looked for once it is opened, which takes a moment. Raises DataError when a photo cannot be
    read."""
    question = _("Can classes be told without the object?")
    box = lazy_expander.show(f"{key}.{dataset.root.name}", question, ":material/troubleshoot:")
    if box is None:
        return
    with box:
        with st.spinner(_("Looking at the photos…")):
            texts = _texts(dataset)
        for text in texts:
            st.warning(formatting.escape_markdown(text), icon=":material/warning:")
        if not texts:
            st.write(
                _(
                    "Not by brightness, border colour, sharpness, shape, file size, camera or "
                    "time, as far as these photos can show. Other shortcuts are possible."
                )
            )
        if count := count_occasions(dataset):
            st.caption(
                ngettext(
                    "By the cameras' times, all photos are of one shoot.",
                    "By the cameras' times, the photos are of {count} shoots.",
                    count,
                )
            )


@cached
def _texts(dataset: Dataset) -> list[str]:
    return [shortcut.text() for shortcut in find_shortcuts(dataset)]
