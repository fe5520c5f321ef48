"""A word on the chosen runs that have no results, where only results are shown: what is missing
from a picture must not look as if it had not been asked for."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.store.groups import Group
from pages.widgets.shared.run_state import BADGES

_MAX_NAMED = 6  # items that the notice names
_NEED_NO_RESULTS = ("Curves", "Recipes")  # the sections that need no results


def notice(selected: Sequence[Group], section: str) -> None:
    """Says which items the section leaves out, and why; where all are, it says so itself."""
    missing = [item for item in selected if not item.evaluated_members()]
    if section in _NEED_NO_RESULTS or not missing or len(missing) == len(selected):
        return
    st.caption(
        _(
            "Without results, and so not shown here: {runs}. Curves and Recipes show them, too.",
            runs=formatting.join_names([_named(item) for item in missing], _MAX_NAMED),
        )
    )


def _named(item: Group) -> str:
    states = dict.fromkeys(row.status.state for row in item.members)
    return _(
        "{run} ({states})",
        run=formatting.escape_markdown(item.title),
        states=_(", ").join(translate(BADGES[state][0]) for state in states),
    )
