"""A figure that can be taken along: as a picture, and as the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.export.spreadsheet import for_spreadsheets
from core.plots.figures import Figure, Table
from pages.widgets.ui import plot


def show(
    key: str,
    figure: Figure,
    numbers: Callable[[], Table],
    name: str,
    least: int = 0,
    clicks: bool = False,
) -> list[str] | None:
    """Draws it. numbers: makes them, see csv_button. name: of the downloaded files, in English and
    without an ending. least: pixels across below which it cannot be read; on a narrower screen it
    is scrolled. clicks, and what is returned: as pages.widgets.ui.plot."""
    frame = f"{key}.frame"
    if least:
        place = f".st-key-{formatting.class_name(frame)}"
        st.html(f"<style>{place} {{overflow-x:auto}} {place} > div {{min-width:{least}px}}</style>")
    with st.container(key=frame):
        found = plot.show(key, figure, translate(name), name, clicks)
    csv_button(key, numbers, name)
    return found


def csv_button(key: str, numbers: Callable[[], Table], name: str) -> None:
    """The numbers as a file, made when it is asked for: away from the page, so that what makes them
    may not ask for the reader's language."""
    st.download_button(
        _("Numbers as CSV"),
        lambda: for_spreadsheets(numbers().to_csv(index=False)).encode("utf-8"),
        f"{formatting.file_stem(name)}.csv",
        "text/csv",
        key=f"{key}.csv",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        help=_("The picture: the camera at the figure's upper right corner."),
    )
