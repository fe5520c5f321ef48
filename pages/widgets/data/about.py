"""What a data set is: where it is from, and what of it is not used."""

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.data.dataset import Dataset, unused_files_text
from pages.widgets.shared import access, capture_link


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
                "It has no test set, so nothing shows whether a network has learned more than "
                "this shoot. Add photos of the same things in other places and light."
            ),
            icon=":material/lightbulb:",
        )
        capture_link.show(dataset.root.name)
