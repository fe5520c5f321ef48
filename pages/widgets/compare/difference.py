"""What parts the chosen items, in words: the first thing to read on Compare."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import N_, _, translate
from core.compare import tables
from core.compare.colours import ColourScheme
from core.compare.comparison import (
    ItemComparison,
    build_comparison_table,
    compare_to_reference,
    title_of_test,
)
from core.store.groups import Group
from pages.widgets.compare import comparable
from pages.widgets.shared import verdict
from pages.widgets.shared.cached import cached
from pages.widgets.ui import reading_table
from pages.widgets.ui.reading_table import Column

_MAX_HEIGHT = 640  # pixels of the table; more rows are scrolled
MAX_IN_SENTENCES = 3  # items whose comparisons are told in sentences; more in a table
_METHOD_TEXT = N_(
    "Runs are compared photo by photo (exact McNemar test), groups by their mean over "
    "seeds: a bootstrap over photos and a t-test over seeds must both find a difference "
    "(95%). “Cannot tell” does not mean equal: there are few photos and seeds."
)

_compare_to_reference = cached(compare_to_reference)


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """Each item against the first: in sentences, or, of many items, a row of a table each."""
    predictions = comparable.answers(selected)  # tells what cannot be read, every time
    compared = _compare_to_reference(selected, predictions)
    if len(selected) > MAX_IN_SENTENCES:
        _table(key, selected, compared, colour_scheme)
        return
    for number, found in enumerate(compared):
        with st.container(border=True):
            _sentences(found)
            with st.expander(_("All comparisons"), key=f"{key}.{number}"):
                reading_table.show(f"{key}.{number}.all", found.table(), _("All comparisons"))
                st.caption(translate(_METHOD_TEXT))


def _table(
    key: str,
    selected: Sequence[Group],
    comparisons: Sequence[ItemComparison],
    colour_scheme: ColourScheme,
) -> None:
    """All of them, with their verdicts and headline numbers."""
    elsewhere = _("result on {photos}", photos=translate(title_of_test(comparisons)))
    columns: dict[str, Column | str] = {
        "run": _("run or group"),
        "verdict": verdict.column(selected),
        "validation": Column(_("validation"), translate(tables.SCORE_DESCRIPTIONS["accuracy"])),
        "objects": Column(_("difficult objects"), translate(tables.SCORE_DESCRIPTIONS["object"])),
        "lift": Column(_("lift"), translate(tables.LIFT_DESCRIPTION)),
        "by_validation": Column(_("result on validation"), translate(_METHOD_TEXT)),
        "elsewhere": Column(elsewhere, translate(_METHOD_TEXT)),
    }
    parted = sum(found.only_test_differs for found in comparisons)
    if parted:
        st.markdown(
            _(
                "**Validation cannot tell {parted} of {count} from the reference; photos from "
                "elsewhere can.**",
                parted=parted,
                count=len(comparisons),
            )
        )
    reading_table.show(
        f"{key}.table",
        build_comparison_table(selected, comparisons),
        _("Each run or group compared with the reference"),
        columns,
        (
            "run",
            [
                palette.swatch(colour_scheme.colours[item.id], colour_scheme.marker(item.id))
                for item in selected
            ],
        ),
        height=_MAX_HEIGHT,
    )


def _sentences(comparison: ItemComparison) -> None:
    plain = formatting.escape_markdown
    one, first = plain(comparison.item.title), plain(comparison.reference.title)
    st.caption(_("**{run}** compared with **{reference}**", run=one, reference=first))
    st.markdown(f"#### {plain(translate(comparison.validation_text))}")
    if comparison.test_text:
        arrow = ":material/arrow_forward: " if comparison.only_test_differs else ""
        words = plain(translate(comparison.test_text))
        st.markdown(f"{'###' if comparison.only_test_differs else '####'} {arrow}{words}")
    else:
        st.caption(_("No labelled test set, so nothing else can tell them apart."))
