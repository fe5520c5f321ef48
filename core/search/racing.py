"""Racing by photo: which recipe trains next, and which is dropped.

Recipes share folds, seeds and views, so that each photo compares two of them. A recipe is dropped
by a bet that it is *not* worse than the best so far by more than MARGIN: the capital of a bettor,
mean over BETS of the product of 1 - bet (d + MARGIN) over the photos' differences d, is a test
martingale (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by betting",
JRSS B 86). Where the recipe is as good or almost, the capital ever reaches 1 / ERROR with a
probability of at most ERROR, however often one looks. That takes photos for independent; the
margin stands for what they share, their training's luck (simulated: tests and bench/search.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

BETS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
ERROR = 0.05  # of dropping a recipe that is as good as the best so far
MARGIN = 0.03  # of the score: what training's luck may take
# By photo: the share of right answers, 0..1, and the mean bounded loss.
PhotoScores = Mapping[str, tuple[float, float]]
# By recipe and repeat (a fold with a seed); in the order in which repeats are trained.
Results = Mapping[tuple[str, int], PhotoScores]


@dataclass(frozen=True)
class Standing:
    """How a recipe stands. score, loss: means over its photos so far. gain: of its score over the
    first recipe's on the same photos and repeats, with its standard error; loss_gain: less loss
    likewise."""

    name: str
    repeats: tuple[int, ...]
    score: float
    loss: float
    gain: float
    error: float
    loss_gain: float
    dropped: bool = False


def evidence_worse(differences: NDArray[np.float64]) -> float:
    """The bettor's capital against "not worse by more than MARGIN", from a recipe's score less the
    best's, by photo, each -1..1."""
    steps = np.log1p(-BETS[:, None] * (differences + MARGIN)).sum(axis=1)
    return float(np.exp(np.minimum(steps, 700)).mean())


def paired(results: Results, name: str, other: str) -> NDArray[np.float64]:
    """Score and loss of one recipe less another's, by photo over the repeats that both have:
    (photos, 2), in the order of repeats."""
    rows = []
    for repeat in sorted(r for n, r in results if n == name and (other, r) in results):
        own, others = results[name, repeat], results[other, repeat]
        rows += [np.subtract(own[file], others[file]) for file in sorted(own) if file in others]
    return np.array(rows, np.float64).reshape(-1, 2)


def standings(results: Results, names: Sequence[str]) -> dict[str, Standing]:
    """Every recipe's, by name. The first of `names` is the one to compare with: never dropped."""
    found = {name: _standing(results, name, names[0]) for name in names}
    best = max(found.values(), key=lambda one: (one.gain, one.loss_gain))
    for name in names[1:]:
        pair = paired(results, name, best.name)[:, 0]
        if evidence_worse(pair) >= 1 / ERROR:
            found[name] = replace(found[name], dropped=True)
    return found


def _standing(results: Results, name: str, base: str) -> Standing:
    repeats = tuple(sorted(repeat for other, repeat in results if other == name))
    own = np.array([pair for r in repeats for pair in results[name, r].values()]).reshape(-1, 2)
    pair = paired(results, name, base)
    score, loss = _means(own)
    gain, loss_gap = _means(pair)
    error = float(pair[:, 0].std(ddof=1) / len(pair) ** 0.5) if len(pair) > 1 else 0.0
    return Standing(name, repeats, score, loss, gain, error, -loss_gap)


def _means(pairs: NDArray[np.float64]) -> tuple[float, float]:
    return (float(pairs[:, 0].mean()), float(pairs[:, 1].mean())) if len(pairs) else (0.0, 0.0)


def next_trainings(
    results: Results,
    names: Sequence[str],
    repeats: int,
    pending: Collection[tuple[str, int]] = (),
    count: int = 1,
) -> list[tuple[str, int]]:
    """What trains next, at most `count`: repeat by repeat, the recipes that are not dropped, those
    that wait for one of their own left out. Empty once all that is left has every repeat."""
    found = standings(results, names)
    wanted = [
        (len(found[name].repeats), place, name)
        for place, name in enumerate(names)
        if not found[name].dropped and all(name != other for other, _ in pending)
    ]
    return [(name, repeat) for repeat, _, name in sorted(wanted) if repeat < repeats][:count]


def choose(results: Results, names: Sequence[str]) -> str:
    """The recipe to confirm: the highest gain less its standard error, so that one that cannot be
    told from the first of `names` is not chosen. Equal ones by their loss."""
    found = [one for one in standings(results, names).values() if one.repeats and not one.dropped]
    sure = {one.name: round(one.gain - one.error, 6) for one in found}
    return max(found, key=lambda one: (sure[one.name], one.loss_gain)).name if found else names[0]
