"""Groups of runs that differ only by their seed: means over the seeds, with bootstrap intervals.

The bootstrap (Efron & Tibshirani 1993, chapter 13: percentile intervals) draws as many photos as
there are, with replacement, again and again: how far does the mean move with the choice of photos?
It takes the seeds as they are, so alone it calls every fifth pair of equal groups different. A
difference is therefore real only where a t-test over the seeds finds it too (bench/same_groups.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.formatting import decimal
from core.base.language import _

DRAWS = 2000
MIN_DIFFERING_PHOTOS = (
    6  # fewer that differ no test of paired photos can tell (core.evaluate.paired)
)
# The 98% quantiles of Student's t with 1, 2, ... 20 degrees of freedom; with more, the last is
# taken, which is a little strict.
_T_98 = [
    *(15.895, 4.849, 3.482, 2.999, 2.757, 2.612, 2.517, 2.449, 2.398, 2.359),
    *(2.328, 2.303, 2.282, 2.264, 2.249, 2.235, 2.224, 2.214, 2.205, 2.197),
]
Values = NDArray[Any]  # (seeds, photos): right or wrong, or a number from 0 to 1


@dataclass(frozen=True)
class GroupMean:
    """The mean over seeds and photos with its 95% interval over photos, and the means of the
    single seeds: the lowest, the highest and their standard deviation (None for one seed)."""

    value: float
    low: float
    high: float
    photos: int
    seeds: int
    seed_low: float
    seed_high: float
    seed_sd: float | None


@dataclass(frozen=True)
class Difference:
    """The mean of group a less the mean of group b, with its 95% interval over photos.

    differing: photos on which the groups' means over seeds are not the same. by_seeds: whether the
    seeds tell the groups apart (`seeds_differ`); None where both are one run each, of which no
    spread over seeds is asked."""

    a: float
    b: float
    value: float
    low: float
    high: float
    photos: int
    differing: int
    by_seeds: bool | None

    @property
    def by_photos(self) -> bool:
        """Whether the interval leaves out 0 and enough photos differ to trust it."""
        return (self.low > 0 or self.high < 0) and self.differing >= MIN_DIFFERING_PHOTOS

    @property
    def significant(self) -> bool:
        """Whether photos and seeds both tell the groups apart."""
        return self.by_photos and self.by_seeds is not False

    def text(self, score_name: str) -> str:
        """`object accuracy .68 against .33: better by .35 (.25 to .44)`, or `... cannot tell`.

        score_name: the score's name."""
        values = self.values_text(score_name)
        if not self.significant:
            return _("{finding}: {reason}", finding=values, reason=self.inconclusive_text())
        return _("{values}: {size}", values=values, size=self.size_text())

    def inconclusive_text(self) -> str:
        """Why a difference that is not `significant` is not: by photos, by seeds or by both."""
        if self.by_photos:
            return _("cannot tell: other seeds may differ as much")
        if self.by_seeds is False:
            return _("cannot tell: other photos or seeds may give another result")
        return _("cannot tell: other photos may give another result")

    @property
    def swapped(self) -> Difference:
        """The same with the groups exchanged."""
        return replace(self, a=self.b, b=self.a, value=-self.value, low=-self.high, high=-self.low)

    def values_text(self, score_name: str = "") -> str:
        """`object accuracy .68 against .33`; score_name: as in `words`, or nothing."""
        a, b = decimal(self.a), decimal(self.b)
        if not score_name:
            return _("{a} vs {b}", a=a, b=b)
        return _("{score} {a} vs {b}", score=score_name, a=a, b=b)

    def size_text(self) -> str:
        """`better by .35 (.25 to .44)`."""
        low, high = sorted((abs(self.low), abs(self.high)))
        ends = {"size": decimal(abs(self.value)), "low": decimal(low), "high": decimal(high)}
        if self.value > 0:
            return _("better by {size} ({low} to {high})", **ends)
        return _("worse by {size} ({low} to {high})", **ends)


def group_mean(
    correct: Values, draws: int = DRAWS, photos: Sequence[str] | None = None
) -> GroupMean | None:
    """The mean of a group. correct: (seeds, photos), right or wrong or a number from 0 to 1.

    photos: the photo of each column where several columns come from one photo (object crops):
    photos are drawn whole. None without a seed or a photo."""
    if not correct.size:
        return None
    own = correct.astype(np.float64)
    drawn = _bootstrap_means(own.mean(axis=0)[None], draws, photos)
    low, high = np.percentile(drawn[0], [2.5, 97.5])
    seeds = own.mean(axis=1)
    return GroupMean(
        value=float(own.mean()),
        low=float(low),
        high=float(high),
        photos=own.shape[1] if photos is None else len(set(photos)),
        seeds=len(seeds),
        seed_low=float(seeds.min()),
        seed_high=float(seeds.max()),
        seed_sd=float(seeds.std(ddof=1)) if len(seeds) > 1 else None,
    )


def group_difference(
    correct_a: Values, correct_b: Values, draws: int = DRAWS, photos: Sequence[str] | None = None
) -> Difference | None:
    """Two groups on the same photos. correct: (seeds, photos) each; the numbers of seeds may
    differ, the photos may not (core.evaluate.paired lines them up).

    Each draw takes the same photos for both groups, so that what both find hard cancels out. The
    draws are seeded: the same input gives the same interval. photos: as in `group_mean`. None
    without a seed or a photo; raises ValueError when the groups' photos are not as many."""
    return group_differences([correct_a, correct_b], draws, photos).get((0, 1))


def group_differences(
    groups: Sequence[Values], draws: int = DRAWS, photos: Sequence[str] | None = None
) -> dict[tuple[int, int], Difference]:
    """Every two of several groups, the earlier less the later, by their places in `groups`; as
    `group_difference`, and with the same photos drawn for all. Empty where one has no seed or no
    photo."""
    shapes = [group.shape[1:] for group in groups]
    if len(set(shapes)) > 1:
        raise ValueError(f"the groups' photos differ: {shapes}")
    if not all(group.size for group in groups):
        return {}
    means = np.stack([group.astype(np.float64).mean(axis=0) for group in groups])
    drawn = _bootstrap_means(means, draws, photos)
    of_photos, __ = _per_photo(means, photos)
    found = {}
    for i, j in combinations(range(len(groups)), 2):
        low, high = np.percentile(drawn[i] - drawn[j], [2.5, 97.5])
        a, b = float(means[i].mean()), float(means[j].mean())
        differing = int(np.sum(~np.isclose(of_photos[i], of_photos[j])))
        by_seeds = seeds_differ(groups[i], groups[j])
        ends = float(low), float(high)
        found[i, j] = Difference(a, b, a - b, *ends, of_photos.shape[1], differing, by_seeds)
    return found


def seeds_differ(a: Values, b: Values) -> bool | None:
    """Whether the seeds too tell two groups apart, given as to `group_difference`: Welch's t-test
    (1947) of the single seeds' means, two-sided at 4%, as at 5% some dozens of
    equal seeds have more than 5% of halves that differ. A single run against a group is a further
    seed of it or not: Student's t-test with the group's variance for both. None for two single
    runs.

    The bootstrap over photos takes the seeds as they are; this asks whether other seeds of the two
    recipes would differ likewise."""
    if max(len(a), len(b)) < 2:
        return None
    means = [group.astype(np.float64).mean(axis=1) for group in (a, b)]
    gap = abs(float(means[0].mean() - means[1].mean()))
    if min(len(a), len(b)) < 2:
        group = max(means, key=len)
        freedom = len(group) - 1.0
        squared = float(group.var(ddof=1)) * (1 + 1 / len(group))
    else:
        parts = [float(seeds.var(ddof=1)) / len(seeds) for seeds in means]
        squared = sum(parts)
        below = sum(p**2 / (len(s) - 1) for p, s in zip(parts, means, strict=True))
        freedom = squared**2 / below if below else 1.0
    quantile = _T_98[min(int(freedom), len(_T_98)) - 1]
    return gap > quantile * squared**0.5


def paired_seeds_differ(gaps: NDArray[np.float64]) -> bool:
    """Whether repeats that two recipes share (folds, seeds) tell them apart, from their differences
    of means: Student's paired t-test, two-sided at 4% as in `seeds_differ`. False for one."""
    if len(gaps) < 2:
        return False
    error = float(gaps.std(ddof=1)) / len(gaps) ** 0.5
    return abs(float(gaps.mean())) > _T_98[min(len(gaps) - 1, len(_T_98)) - 1] * error


def _bootstrap_means(
    values: NDArray[np.float64], draws: int, photos: Sequence[str] | None
) -> NDArray[np.float64]:
    """The means of each row of `values` (rows, columns) in each draw of photos: (rows, draws)."""
    sums, counts = _per_photo(values, photos)
    number = len(counts)
    times = np.random.default_rng(0).multinomial(number, np.full(number, 1 / number), size=draws)
    means: NDArray[np.float64] = (sums @ times.T) / (times @ counts)
    return means


def _per_photo(
    values: NDArray[np.float64], photos: Sequence[str] | None
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The sum of each row's columns of one photo (rows, photos), and each photo's columns."""
    if photos is None:
        return values, np.ones(values.shape[1], dtype=np.intp)
    __, place = np.unique(np.asarray(photos), return_inverse=True)
    sums = np.stack([np.bincount(place, weights=row) for row in values]).astype(np.float64)
    return sums, np.bincount(place)
