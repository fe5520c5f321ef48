"""What parts the chosen items, in words: the first thing to read on Compare."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import N_, _, translate
from core.compare import tables
from core.compare.colours import Paint
from core.compare.comparison import Against, each_against_first, elsewhere_title
from core.store.groups import Group
from core.views.comparison_table import compared_table
from pages.widgets.compare import comparable
from pages.widgets.shared import run_files, verdict
from pages.widgets.shared.snapshot import Look
from pages.widgets.ui import reading_table
from pages.widgets.ui.reading_table import Column

_TALLEST = 640  # pixels of the table; more rows are scrolled
FEW = 3  # items whose comparisons are told in sentences; more in a table
_HOW = N_(
    "Runs are compared photo by photo (exact McNemar test), groups by the mean over their seeds: a "
    "bootstrap over photos and a t-test over seeds must both find the difference (95 %). Cannot "
    "tell does not mean equal: photos and seeds are few."
)


def show(key: str, items: Sequence[Group], paint: Paint, look: Look) -> None:
    """Each item against the first: validation's sentence, then that of photos from elsewhere; of
    many items a row of a table each."""
    of = [*(item.id for item in items), *run_files.marks("predictions.csv", items)]
    predictions = comparable.answers(items)  # tells what cannot be read, every time
    compared = look.made("against_first", of, lambda: each_against_first(items, predictions))
    if len(items) > FEW:
        _table(key, items, compared, paint)
        return
    for number, found in enumerate(compared):
        with st.container(border=True):
            _sentences(found)
            with st.expander(_("Every comparison"), key=f"{key}.{number}"):
                reading_table.show(f"{key}.{number}.all", found.table(), _("Every comparison"))
                st.caption(translate(_HOW))


def _table(key: str, items: Sequence[Group], compared: Sequence[Against], paint: Paint) -> None:
    """All of them, with their verdicts and headline numbers."""
    elsewhere = _("{photos} say", photos=translate(elsewhere_title(compared)))
    columns: dict[str, Column | str] = {
        "run": _("run or group"),
        "verdict": verdict.column(items),
        "validation": Column(_("validation"), translate(tables.SCORE_WORDS["accuracy"])),
        "objects": Column(_("difficult objects"), translate(tables.SCORE_WORDS["object"])),
        "lift": Column(_("lift"), translate(tables.LIFT_WORDS)),
        "by_validation": Column(_("validation says"), translate(_HOW)),
        "elsewhere": Column(elsewhere, translate(_HOW)),
    }
    parted = sum(found.parted for found in compared)
    if parted:
        st.markdown(
            _(
                "**Validation cannot tell {parted} of {count} from the reference; photos from "
                "elsewhere can.**",
                parted=parted,
                count=len(compared),
            )
        )
    reading_table.show(
        f"{key}.table",
        compared_table(items, compared),
        _("Each run or group against the reference"),
        columns,
        ("run", [palette.swatch(paint.colours[item.id], paint.marker(item.id)) for item in items]),
        height=_TALLEST,
    )


def _sentences(found: Against) -> None:
    plain = formatting.plain_markdown
    one, first = plain(found.item.title), plain(found.first.title)
    st.caption(_("**{run}** against **{reference}**", run=one, reference=first))
    st.markdown(f"#### {plain(translate(found.validation))}")
    if found.elsewhere:
        arrow = ":material/arrow_forward: " if found.parted else ""
        words = plain(translate(found.elsewhere))
        st.markdown(f"{'###' if found.parted else '####'} {arrow}{words}")
    else:
        st.caption(_("No labelled test set: nothing else can tell them apart."))
