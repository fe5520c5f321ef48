"""A verdict as a chip: an icon and the word, so that no colour has to be told apart."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import N_, _, translate
from core.compare import tables
from core.store.groups import Group
from pages.widgets.shared import links
from pages.widgets.ui.reading_table import Column

# Icon and colour of each verdict: the word always stands beside them.
VERDICT_STYLES = {
    N_("generalises"): (":material/verified:", "green"),
    N_("holds up, untested elsewhere"): (":material/trending_flat:", "blue"),
    N_("overfit that looks good"): (":material/theater_comedy:", "red"),
    N_("overfit, and it shows"): (":material/trending_down:", "orange"),
    N_("never learned"): (":material/do_not_disturb_on:", "violet"),
    N_("too little evidence"): (":material/help:", "gray"),
}


def verdict_style(verdict: str | None) -> tuple[str, str]:
    """Icon and colour; grey where there is no verdict or one that this version does not know."""
    return VERDICT_STYLES.get(verdict or "", (":material/help:", "gray"))


def chip(verdict: str) -> None:
    """Draws the chip."""
    icon, colour = verdict_style(verdict)
    st.badge(formatting.escape_markdown(translate(verdict)), icon=icon, color=colour)  # type: ignore[arg-type]


def chip_link(item: Group) -> None:
    """The chip of a run or a group, as a link: a run's leads to its diagnosis, a group's
    (`generalises, 4 of 5`) to its runs. Nothing before a run is diagnosed."""
    found = item.verdict_counts()
    if found is None:
        return
    alone = len(item.members) == 1
    icon, colour = verdict_style(found.majority)
    chip = f":{colour}-badge[{icon} {formatting.escape_markdown(tables.verdict_text(item))}]"
    links.to(
        "run" if alone else "runs",
        chip,
        help=_("Read the diagnosis") if alone else _("See the runs of this group"),
        icon="",
        run=item.members[0].id,
    )


def column(selected: Sequence[Group]) -> Column:
    """A table's column of verdicts as chips."""
    looks = {}
    for item in selected:
        if found := item.verdict_counts():
            looks[tables.verdict_text(item)] = verdict_style(found.majority)
    words = _("Verdict of the diagnosis. To see why, open the run and its diagnosis.")
    return Column(_("verdict"), words, looks)


# Icon and colour of each verdict: the word always stands beside them.
