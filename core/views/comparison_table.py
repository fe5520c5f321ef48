"""Many items in one table: verdict, headline numbers, and each against a reference in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.base.language import _
from core.compare.comparison import Against, words_table
from core.compare.score_tables import hard_score, share_words
from core.compare.tables import lift_words, verdict_words
from core.store.groups import Group


def compared_table(items: Sequence[Group], compared: Sequence[Against]) -> pd.DataFrame:
    """A row per item, the reference first: run, verdict, validation, objects, lift, then
    `by_validation` and `elsewhere`: the comparison with the reference."""
    words = {
        found.item.id: (row["validation"], row["elsewhere"])
        for found, row in zip(compared, words_table(compared).to_dict("records"), strict=True)
    }
    reference = _("the reference")
    rows = []
    for item in items:
        hard, __, objects = hard_score(item)
        validation, elsewhere = words.get(item.id, (reference, reference))
        rows.append(
            {
                "run": item.title,
                "verdict": verdict_words(item),
                "validation": _joined(share_words(item, "validation", "accuracy")),
                "objects": _joined(objects),
                "lift": lift_words(item, hard),
                "by_validation": validation,
                "elsewhere": elsewhere,
            }
        )
    return pd.DataFrame(rows)


def _joined(words: tuple[str, str]) -> str:
    """`75 % (56 of 75)`."""
    value, small = words
    return value + (f" ({small})" if small else "")
