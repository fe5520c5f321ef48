from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln
from scipy.stats import beta

from core.capture.sequential import (
    MAX_REMAINING,
    SETTLES_AT,
    accuracy_interval,
    paired_odds,
    remaining_range,
)


@given(a=st.integers(0, 200), b=st.integers(0, 200))
def test_the_odds_are_those_of_the_formula(a: int, b: int) -> None:
    told = (a + b) * np.log(2) + betaln(a + 0.5, b + 0.5) - betaln(0.5, 0.5)
    assert paired_odds(a, b) == pytest.approx(np.exp(told), rel=1e-9)
    assert paired_odds(a, b) == paired_odds(b, a)


def test_the_odds_are_a_martingale_where_there_is_no_difference() -> None:
    for a in range(8):
        for b in range(8):
            mean = (paired_odds(a + 1, b) + paired_odds(a, b + 1)) / 2
            assert mean == pytest.approx(paired_odds(a, b))
    assert paired_odds(0, 0) == 1
    assert paired_odds(6, 0) < SETTLES_AT <= paired_odds(7, 0)
    assert np.isfinite(paired_odds(5000, 0))


@given(total=st.integers(1, 200), share=st.floats(0, 1))
def test_an_interval_ends_where_prior_and_posterior_part(total: int, share: float) -> None:
    right = round(share * total)
    low, high = accuracy_interval(right, total)
    assert 0 <= low <= right / total <= high <= 1
    prior, posterior = beta(0.5, 0.5), beta(right + 0.5, total - right + 0.5)
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            assert prior.pdf(end) / posterior.pdf(end) == pytest.approx(20, rel=1e-3)
    assert accuracy_interval(total - right, total) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_intervals_narrow_and_are_wider_than_those_of_one_look() -> None:
    assert accuracy_interval(0, 0) == (0.0, 1.0)
    widths = [high - low for low, high in (accuracy_interval(n // 2, n) for n in (4, 40, 400))]
    assert widths == sorted(widths, reverse=True)
    assert widths[1] > 2 * 1.96 * (0.25 / 40) ** 0.5


def test_a_forecast_is_a_range_that_shrinks_as_the_difference_grows() -> None:
    assert remaining_range(0, 0, 30) is None and remaining_range(2, 0, 4) is None
    clear, unclear = remaining_range(0, 5, 8), remaining_range(4, 4, 16)
    assert clear is not None and unclear is not None
    assert 1 <= clear[0] <= clear[1] < unclear[1] <= MAX_REMAINING
    assert remaining_range(0, 5, 8) == clear
