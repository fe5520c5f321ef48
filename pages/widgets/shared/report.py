"""A button that gives runs as a report: one HTML file, made when it is asked for."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.base import formatting
from core.base.errors import InputError, os_error_line
from core.base.language import _, language, translate, use_language
from core.report.page import problem_page, render_report
from core.store.groups import Group
from core.store.index import RunRow
from core.store.status import utc_now
from pages import settings


def button(key: str, selected: Sequence[Group], all_rows: Sequence[RunRow]) -> None:
    """The download button; Streamlit shows a spinner in it while the file is made."""
    if not selected:
        return
    name = " ".join(item.title for item in selected[:2])
    # Known now: where the file is made, nobody is looking at a page.
    folder, spoken_here = settings.runs_dir(), language()
    st.download_button(
        _("Report (HTML)"),
        lambda: _make(selected, all_rows, folder, spoken_here),
        f"{formatting.slugify(f'report {name}')}.html",
        "text/html",
        key=f"{key}.report",
        icon=":material/summarize:",
        on_click="ignore",
        help=_(
            "A single file with all pictures, to read, print or send: verdicts, scores, "
            "curves, where the networks look, recipes. It needs no network connection and "
            "runs no scripts."
        ),
    )


def _make(
    selected: Sequence[Group], all_rows: Sequence[RunRow], runs_dir: Path, language: str
) -> bytes:
    """Called when the button is pressed, away from the page, which cannot be told of an error any
    more: the file says in a line why there is no report."""
    with use_language(language):
        try:
            page = render_report(selected, all_rows, runs_dir, utc_now().date())
        except InputError as error:
            page = problem_page(translate(str(error)))
        except OSError as error:
            page = problem_page(translate(os_error_line(error)))
    return page.encode("utf-8")
