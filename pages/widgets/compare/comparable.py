"""What can be compared photo by photo, and a word where some of it cannot."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _
from core.compare.comparable import comparable, on_other_photos, split_prints
from core.compare.comparison import Predictions
from core.store.groups import Group
from pages.widgets.shared import run_files

_NAMED = 6  # items that the notice names


def notice(items: Sequence[Group]) -> None:
    """Says which items are on other photos than the first."""
    others = on_other_photos(items, items[0]) if items else []
    if not others:
        return
    st.warning(
        _(
            "Other photos than those of {run}: {runs}. Sets of the same name may hold different "
            "photos, so their scores do not compare; photo by photo, only sets that are the same "
            "are compared.",
            run=formatting.plain_markdown(items[0].title),
            runs=formatting.listed(
                [formatting.plain_markdown(item.title) for item in others], _NAMED
            ),
        )
    )


def answers(items: Sequence[Group]) -> Predictions:
    """The runs' answers that can be compared with those of the first item, by run id."""
    found = run_files.finished("predictions.csv", items)
    if not items or not on_other_photos(items, items[0]):
        return found
    prints = {
        id_: split_prints(environment)
        for id_, environment in run_files.finished("environment.json", items).items()
    }
    return comparable(found, prints, items[0].finished()[0].id)
