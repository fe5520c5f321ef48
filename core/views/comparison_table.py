"""Many items in one table: verdict, headline numbers, and each against a reference in words."""

from collections.abc import Sequence

import pandas as pd

from core.base.language import _
from core.compare.comparison import ItemComparison, comparison_texts
from core.compare.score_tables import headline_score, share_texts
from core.compare.tables import lift_text, verdict_text
from core.store.groups import Group


def build_comparison_table(
    items: Sequence[Group], comparisons: Sequence[ItemComparison]
) -> pd.DataFrame:
    """A row per item, the reference first: run, verdict, validation, objects, lift, then
    `by_validation` and `elsewhere`: the comparison with the reference."""
    words = {
        found.item.id: (row["validation"], row["elsewhere"])
        for found, row in zip(
            comparisons, comparison_texts(comparisons).to_dict("records"), strict=True
        )
    }
    reference = _("the reference")
    rows = []
    for item in items:
        hard, __, objects = headline_score(item)
        validation, elsewhere = words.get(item.id, (reference, reference))
        rows.append(
            {
                "run": item.title,
                "verdict": verdict_text(item),
                "validation": _join_texts(share_texts(item, "validation", "accuracy")),
                "objects": _join_texts(objects),
                "lift": lift_text(item, hard),
                "by_validation": validation,
                "elsewhere": elsewhere,
            }
        )
    return pd.DataFrame(rows)


def _join_texts(texts: tuple[str, str]) -> str:
    """`75 % (56 of 75)`."""
    value, small = texts
    return value + (f" ({small})" if small else "")
