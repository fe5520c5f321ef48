import math
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluate.drift import debiased_cka


def hsic_by_the_paper(k, other_kernel):
    """Song et al. 2012, equation 5, term by term over distinct photos:
    mean of k_ij l_ij  -  2 x mean of k_ij l_iq  +  mean of k_ij l_qr."""
    kernel, other = k, other_kernel
    n = len(kernel)
    pairs = triples = quads = 0.0
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            pairs += kernel[i, j] * other[i, j]
            for q in range(n):
                if q in (i, j):
                    continue
                triples += kernel[i, j] * other[i, q]
                for r in range(n):
                    if r not in (i, j, q):
                        quads += kernel[i, j] * other[q, r]
    two, three = n * (n - 1), n * (n - 1) * (n - 2)
    return pairs / two - 2 * triples / three + quads / (three * (n - 3))


def hsic_by_its_closed_form(k, other):
    """Nguyen, Raghu & Kornblith 2021, equation 3, written out."""
    n, ones = len(k), np.ones(len(k))
    k, other = k - np.diag(np.diag(k)), other - np.diag(np.diag(other))
    return (
        np.trace(k @ other)
        + (ones @ k @ ones) * (ones @ other @ ones) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (ones @ k @ other @ ones)
    ) / (n * (n - 3))


def cka_from_hsic(x, y, hsic):
    k, other = x @ x.T, y @ y.T
    return hsic(k, other) / math.sqrt(hsic(k, k) * hsic(other, other))


def plain_cka(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    k, other = x @ x.T, y @ y.T
    return (k * other).sum() / math.sqrt((k * k).sum() * (other * other).sum())


def gaussian(seed, n, p):
    return np.random.default_rng(seed).normal(size=(n, p))


@pytest.mark.parametrize(("n", "p", "q"), [(4, 3, 2), (5, 9, 1), (8, 20, 3)])
def test_it_is_the_papers_formula(n, p, q):
    x = gaussian(0, n, p) + 3  # a mean that centring has to take out
    y = 0.7 * x[:, :1] ** 2 + gaussian(1, n, q)
    found = debiased_cka(x, y)
    assert found == pytest.approx(cka_from_hsic(x, y, hsic_by_the_paper), rel=1e-9)
    assert found == pytest.approx(cka_from_hsic(x, y, hsic_by_its_closed_form), rel=1e-9)


def test_unrelated_features_score_about_0_where_plain_cka_is_near_1():
    found = [debiased_cka(gaussian(i, 30, 1280), gaussian(99 + i, 30, 1280)) for i in range(20)]
    plain = [plain_cka(gaussian(i, 30, 1280), gaussian(99 + i, 30, 1280)) for i in range(20)]
    assert min(plain) > 0.95
    assert abs(np.mean(found)) < 0.02
    assert max(map(abs, found)) < 0.2


def test_half_shared_features_score_between():
    shared, own, other = gaussian(0, 120, 40), gaussian(1, 120, 40), gaussian(2, 120, 40)
    found = debiased_cka(np.hstack([shared, own]), np.hstack([shared, other]))
    assert 0.4 < found < 0.6  # half of each one's variance is shared


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(4, 25), st.integers(1, 40), st.floats(1e-6, 1e6))
def test_what_it_does_not_depend_on(seed, n, p, scale):
    x, y = gaussian(seed, n, p), gaussian(seed + 1, n, p + 2)
    rotation, _ = np.linalg.qr(gaussian(seed + 2, p, p))
    assert debiased_cka(x, x) == 1
    found = debiased_cka(x, y)
    assert -1.001 <= found <= 1
    assert debiased_cka(y, x) == pytest.approx(found, abs=1e-9)
    assert debiased_cka(x @ rotation * scale + 5, y) == pytest.approx(found, abs=1e-6)
    assert debiased_cka(x, x @ rotation) == pytest.approx(1, abs=1e-9)
    order = np.random.default_rng(seed).permutation(n)
    assert debiased_cka(x[order], y[order]) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize(
    "features",
    [
        np.zeros((9, 3)),
        np.full((9, 3), 0.1),
        np.full((9, 5), 1e30),
        np.eye(9),  # every pair equally far apart
        np.where(np.eye(9) > 0, np.nan, 1.0),
        np.zeros((9, 0)),
    ],
)
def test_features_that_tell_no_photos_apart_have_no_similarity(features):
    other = gaussian(0, 9, 4)
    assert math.isnan(debiased_cka(features, other))
    assert math.isnan(debiased_cka(other, features))
    assert math.isnan(debiased_cka(features, features))


def test_other_shapes_are_refused():
    for x, y in (((3, 2), (3, 2)), ((5, 2), (6, 2)), ((5,), (5, 2))):
        with pytest.raises(ValueError, match="photos are needed"):
            debiased_cka(np.ones(x), np.ones(y))


def count_lines_run(n, p):
    """How many lines of Python it takes for n photos and p units."""
    count, before = 0, sys.gettrace()

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    x, y = gaussian(0, n, p), gaussian(1, n, p)
    sys.settrace(trace)
    try:
        debiased_cka(x, y)
    finally:
        sys.settrace(before)
    return count


def test_it_takes_milliseconds_for_it_loops_over_neither_photos_nor_units():
    few = count_lines_run(8, 5)
    assert few > 10
    assert count_lines_run(60, 5) == count_lines_run(8, 300) == few


def test_it_compares_photos_of_which_there_are_fewer_than_units():
    x, y = gaussian(0, 12, 4000), gaussian(1, 12, 4000)
    tracemalloc.start()
    try:
        debiased_cka(x, y)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 10 * x.nbytes  # a matrix of units by units has 333 times as much
