"""Precision and recall of each class on the labelled photos of a split."""

import pandas as pd

from core.base.formatting import percent
from core.base.language import _
from core.evaluate.scores import wilson

MIN_PHOTOS = 5  # below, a share and its interval say next to nothing


def class_scores(predictions: pd.DataFrame, split: str) -> pd.DataFrame:
    """A row per class: how many photos are of it, how many are answered so, and of these the shares
    that are right, with Wilson's 95 % interval; "too few" below MIN_PHOTOS. Empty without labelled
    photos. predictions: `Run.predictions()`."""
    rows = predictions[(predictions["split"] == split) & (predictions["primary"] != "")]
    names = sorted({*rows["primary"], *rows["predicted"]})
    columns = [_("class"), _("photos"), _("recall"), _("answers"), _("precision")]
    lines = []
    for name in names:
        truly, answered = rows["primary"] == name, rows["predicted"] == name
        right, photos, answers = (int(x.sum()) for x in (truly & answered, truly, answered))
        lines.append(
            (name, photos, _share_text(right, photos), answers, _share_text(right, answers))
        )
    return pd.DataFrame(lines, columns=columns)


def _share_text(right: int, total: int) -> str:
    if total < MIN_PHOTOS:
        return _("{right} of {total}, too few", right=right, total=total)
    low, high = (percent(value) for value in wilson(right, total))
    return _("{share} ({low} to {high})", share=percent(right / total), low=low, high=high)
