"""Many items in one table: verdict, headline numbers, and each against a reference in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from pandas.io.formats.style import Styler

from core.comparison import Against, words_table
from core.score_tables import hard_set, share_words
from core.store.groups import Group
from core.tables import lift_words, verdict_words
from core.words import say


def compared_table(
    items: Sequence[Group], compared: Sequence[Against], colours: Mapping[str, str]
) -> Styler:
    """A row per item, the reference first: dot, run, verdict (a list, for chips), validation,
    objects, lift, then `by_validation` and `elsewhere`: the comparison with the reference."""
    hard = hard_set(items)
    words = {
        found.item.id: (row["validation"], row["elsewhere"])
        for found, row in zip(compared, words_table(compared).to_dict("records"), strict=True)
    }
    reference = say("the reference")
    rows = []
    for item in items:
        objects = share_words(item, "sets", hard, "scores", "object")
        if objects[0] == "-":
            objects = share_words(item, "sets", hard, "scores", "primary")
        validation, elsewhere = words.get(item.id, (reference, reference))
        rows.append(
            {
                "dot": "⬤",
                "run": item.title,
                "verdict": [found] if (found := verdict_words(item)) else [],
                "validation": _joined(share_words(item, "validation", "accuracy")),
                "objects": _joined(objects),
                "lift": lift_words(item, hard),
                "by_validation": validation,
                "elsewhere": elsewhere,
            }
        )
    marks = [f"color: {colours[item.id]}" for item in items]
    return pd.DataFrame(rows).style.apply(lambda _: marks, subset=["dot"])


def _joined(words: tuple[str, str]) -> str:
    """`75 % (56 of 75)`, padded, so that texts sort as numbers."""
    value, small = words
    return value.rjust(5) + (f" ({small})" if small else "")
