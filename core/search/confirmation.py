"""The answer: the chosen recipe against the default on fresh splits and seeds, or on a labelled set
from elsewhere, as values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.group_difference import paired_seeds_differ
from core.search.racing import Results, paired
from core.search.search import Search


def compare(search: Search) -> dict[str, Any]:
    """code: better, worse or cannot tell, or none better, of so many `tried`, where the best recipe
    is the one to compare with; value: the mean difference of the score, with its 95%
    interval over photos; wins of total repeats; by: the set that decided, None for fresh splits."""
    base, chosen = search.names[0], str(search.chosen)
    if chosen == base:
        return {"code": "none better", "chosen": base, "tried": len(search.names) - 1}
    done = (t for t in search.trainings if t.confirms and t.scores is not None)
    results: Results = {(t.name, t.repeat): t.scores or {} for t in done}
    found = difference(results, chosen, base)
    return {"chosen": chosen, "by": search.request.confirm_set, **found}


def difference(results: Results, chosen: str, base: str) -> dict[str, Any]:
    """`compare` from scores. A difference counts where the photos and the repeats both tell it: a
    photo's mean over its repeats, and the repeats' means, each as one observation."""
    repeats = sorted(r for name, r in results if name == chosen and (base, r) in results)
    if not repeats:
        return {"code": "cannot tell", "value": 0.0, "low": 0.0, "high": 0.0, "wins": 0, "total": 0}
    of_repeats, of_photos = [], dict[str, list[float]]()
    for repeat in repeats:
        one = {key: scores for key, scores in results.items() if key[1] == repeat}
        of_repeats.append(float(paired(one, chosen, base)[:, 0].mean()))
        own, other = results[chosen, repeat], results[base, repeat]
        for file in own:
            of_photos.setdefault(file, []).append(own[file][0] - other[file][0])
    photos = np.array([np.mean(values) for values in of_photos.values()])
    value, half = float(photos.mean()), _half_width(photos)
    wins = sum(gap > 0 for gap in of_repeats)
    told = abs(value) > half and paired_seeds_differ(np.array(of_repeats))
    code = ("better" if value > 0 else "worse") if told else "cannot tell"
    numbers = {"value": value, "low": value - half, "high": value + half}
    rounded = {key: round(number, 4) for key, number in numbers.items()}
    return {"code": code, **rounded, "wins": wins, "total": len(repeats)}


def _half_width(values: NDArray[np.float64]) -> float:
    """Of a 95% interval for a mean; at least a photo's worth, so that no luck looks sure."""
    if len(values) < 2:
        return 1.0
    return max(1.96 * float(values.std(ddof=1)) / len(values) ** 0.5, 1 / len(values))
