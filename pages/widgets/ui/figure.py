"""A figure that can be taken along: as a picture, and as the numbers behind it."""

from collections.abc import Callable

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.export.spreadsheet import escape_formulas
from core.plots.figures import Figure, Table
from pages.widgets.ui import plot


def show(
    key: str,
    figure: Figure,
    numbers: Callable[[], Table],
    name: str,
    min_width: int = 0,
    clickable: bool = False,
) -> list[str] | None:
    """Draws it. numbers: makes them, see csv_button. name: of the downloaded files, in English and
    without an ending. min_width: pixels across below which it cannot be read; on a narrower screen
    it is scrolled. clicks, and what is returned: as pages.widgets.ui.plot."""
    frame = f"{key}.frame"
    if min_width:
        place = f".st-key-{formatting.css_class(frame)}"
        st.html(
            f"<style>{place} {{overflow-x:auto}} {place} > div {{min-width:{min_width}px}}</style>"
        )
    with st.container(key=frame):
        found = plot.show(key, figure, translate(name), name, clickable)
    csv_button(key, numbers, name)
    return found


def csv_button(key: str, numbers: Callable[[], Table], name: str) -> None:
    """The numbers as a file, made when it is asked for: away from the page, so that what makes them
    may not ask for the reader's language."""
    st.download_button(
        _("Download CSV"),
        lambda: escape_formulas(numbers().to_csv(index=False)).encode("utf-8"),
        f"{formatting.slugify(name)}.csv",
        "text/csv",
        key=f"{key}.csv",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        help=_("To save the picture, click the camera in the figure's top right corner."),
    )
