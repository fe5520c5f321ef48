"""Consistency: does a network answer the same to slightly other views of the same photo?"""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.scores import proportion


def consistency(views: NDArray[np.floating]) -> dict[str, Any] | None:
    """The numbers of one set, from each view's probabilities (views, photos, classes), the plain
    view first; None without photos.

    same: the share of photos whose answer is the same in all views, with Wilson's interval.
    agreement: the mean share of varied views that give the plain view's answer, 0..1.
    distance: the total-variation distance of two views' probabilities, 0..1, mean over the pairs
    of views and the photos."""
    if not views.shape[1]:
        return None
    answers = views.argmax(axis=2)
    agree = answers[1:] == answers[0]
    pairs = [np.abs(a - b).sum(axis=1).mean() / 2 for a, b in combinations(views, 2)]
    return {
        "views": len(views),
        "same": proportion(list(agree.all(axis=0))),
        "agreement": float(agree.mean()),
        "distance": float(np.mean(pairs)),
    }
