"""Statistics that stay valid when somebody looks after every photo.

Both rest on a mixture martingale: the likelihood of what was seen, averaged over a Beta(1/2, 1/2)
prior, divided by its likelihood under one fixed value p. With p true, the ratio ever reaches
1 / alpha with a probability of at most alpha (Ville's inequality), however often one looks and
whenever one stops. Robbins (1970), Annals of Mathematical Statistics 41; for the interval
Waudby-Smith and Ramdas (2020), "Confidence sequences for sampling without replacement", and Howard,
Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49.
"""

from collections.abc import Callable
from math import lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

SETTLES_AT = 20.0  # odds, from which on a difference counts as settled: an error of at most 1 in 20
MAX_REMAINING = 300  # photos ahead that are looked at
MIN_FOR_FORECAST = 5  # photos, before which nothing is forecast
_FORECASTS = 400
_STEPS = 60  # halvings of an interval's end


def paired_odds(first_only: int, second_only: int) -> float:
    """Odds that one of two runs is better, from the photos on which only the first or only the
    second was right: 2^n B(a + 1/2, b + 1/2) / B(1/2, 1/2). 1 where nothing is known; at least
    SETTLES_AT at some moment for at most 1 in 20 pairs of equal runs."""
    table = _log_odds_table(np.array(first_only), np.array(second_only))
    return float(np.exp(min(float(table), 700.0)))


def accuracy_interval(right: int, total: int, alpha: float = 0.05) -> tuple[float, float]:
    """A confidence sequence for an accuracy, 0..1: with a probability of 1 - alpha the true one
    lies in every one of the intervals along the way. A function of the counts alone, not
    intersected over time, so that a photo may be removed or relabelled."""
    if total == 0:
        return 0.0, 1.0
    wrong = total - right
    limit = log(1 / alpha)
    mixture = lgamma(right + 0.5) + lgamma(wrong + 0.5) - lgamma(total + 1) - 2 * lgamma(0.5)

    def outside(p: float) -> bool:
        seen = (right * log(p) if right else 0.0) + (wrong * log1p(-p) if wrong else 0.0)
        return mixture - seen >= limit

    share = right / total
    low = _boundary(outside, share, 0.0) if right else 0.0
    high = _boundary(outside, share, 1.0) if wrong else 1.0
    return low, high


def remaining_range(first_only: int, second_only: int, total: int) -> tuple[int, int] | None:
    """How many more photos it would probably take until a difference is settled: the middle 60% of
    400 continuations drawn, with a fixed seed, from what was seen (Jeffreys priors). At most
    MAX_REMAINING, which stands for that many or never. None before there is anything to go by."""
    if total < MIN_FOR_FORECAST or first_only + second_only == 0:
        return None
    random = np.random.default_rng([first_only, second_only, total])
    decided = first_only + second_only
    differ = random.beta(decided + 0.5, total - decided + 0.5, (_FORECASTS, 1))
    win = random.beta(first_only + 0.5, second_only + 0.5, (_FORECASTS, 1))
    drawn = random.random((2, _FORECASTS, MAX_REMAINING))
    discordant, first = drawn[0] < differ, drawn[1] < win
    a = first_only + np.cumsum(discordant & first, axis=1)
    b = second_only + np.cumsum(discordant & ~first, axis=1)
    settled = _log_odds_table(a, b) >= log(SETTLES_AT)
    steps = np.where(settled.any(axis=1), settled.argmax(axis=1) + 1, MAX_REMAINING)
    low, high = np.quantile(steps, (0.2, 0.8))
    return int(low), int(np.ceil(high))


def _log_odds_table(a: NDArray[np.int_], b: NDArray[np.int_]) -> NDArray[np.float64]:
    largest = int((a + b).max())
    halves = np.array([lgamma(k + 0.5) for k in range(largest + 1)])
    wholes = np.array([lgamma(k + 1) for k in range(largest + 1)])
    table: NDArray[np.float64] = (halves[a] + halves[b]) + (a + b) * log(2) - wholes[a + b]
    return table - 2 * lgamma(0.5)


def _boundary(outside: Callable[[float], bool], inner: float, outer: float) -> float:
    """Where the interval ends between a point inside and one of 0 and 1, which is outside."""
    for _ in range(_STEPS):
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if outside(middle) else (middle, outer)
    return outer
