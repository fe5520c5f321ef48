"""What a data set is: where it is from, what of it is not used, and whether its classes can be told
without looking at what the photos show."""

import streamlit as st

from core.base import formatting
from core.base.language import _, ngettext, translate
from core.data.dataset import Dataset, unused_files_text
from core.data.shoots import count_occasions
from core.evaluate.shortcuts import find_shortcuts
from pages.widgets.shared import access, capture_link
from pages.widgets.shared.cached import cached
from pages.widgets.ui import lazy_expander


def show(dataset: Dataset) -> None:
    """Where it is from, what of it is not used, and how it gets a test set where it has none."""
    access.show_restriction("label")
    plain = formatting.escape_markdown
    about = (dataset.title, dataset.licence, dataset.source)
    title, licence, source = (plain(translate(each)) for each in about)
    st.caption(
        _(
            "{title}. Licence: {licence}. Source: {source}.",
            title=title,
            licence=licence,
            source=source,
        )
    )
    for words in (*map(translate, dataset.notes), unused_files_text(dataset)):
        if words:
            st.warning(plain(words[0].upper() + words[1:]), icon=":material/info:")
    if not dataset.test_sets:
        st.info(
            _(
                "It has no test set, so nothing shows whether a network has learned more "
                "than this shoot. Add photos of the same objects in other places and light."
            ),
            icon=":material/lightbulb:",
        )
        capture_link.show(dataset.root.name)


def show_shortcuts(key: str, dataset: Dataset) -> None:
    """Looked for once it is opened, which takes a moment. Raises DataError when a photo cannot be
    read."""
    question = _("Can classes be predicted without the object?")
    box = lazy_expander.show(f"{key}.{dataset.root.name}", question, ":material/troubleshoot:")
    if box is None:
        return
    with box:
        with st.spinner(_("Checking the photos…")):
            texts = _texts(dataset)
        for text in texts:
            st.warning(formatting.escape_markdown(text), icon=":material/warning:")
        if not texts:
            st.write(
                _(
                    "Not from brightness, border colour, sharpness, shape, file size, "
                    "camera or time, as far as these photos can show. Other shortcuts are "
                    "possible."
                )
            )
        if count := count_occasions(dataset):
            st.caption(
                ngettext(
                    "By camera time, all photos come from one shoot.",
                    "By camera time, the photos come from {count} shoots.",
                    count,
                )
            )


@cached
def _texts(dataset: Dataset) -> list[str]:
    return [shortcut.text() for shortcut in find_shortcuts(dataset)]
