import numpy as np
import pytest
from scipy import stats

from core.evaluate.group_difference import (
    Difference,
    group_difference,
    group_differences,
    group_mean,
    seeds_differ,
)


def simulate_correct(seeds, photos, share, seed):
    """Right and wrong answers of a group whose seeds agree more than chance would have them."""
    random = np.random.default_rng(seed)
    ease = random.beta(3 * share, 3 * (1 - share), photos)
    return random.random((seeds, photos)) < ease


def mean_difference(a, b, axis):
    return np.mean(a, axis=axis) - np.mean(b, axis=axis)


# A percentile at 2.5% of 20,000 draws has an error of about .02 of the draws' standard deviation.
DRAWS, ERROR = 20_000, 0.1


def test_the_interval_of_a_difference_is_scipys_paired_percentile_bootstrap():
    a, b = simulate_correct(5, 40, 0.7, 1), simulate_correct(3, 40, 0.4, 2)
    oracle = stats.bootstrap(
        (a.mean(axis=0), b.mean(axis=0)),
        mean_difference,
        paired=True,
        method="percentile",
        n_resamples=DRAWS,
        rng=3,
    )
    found = group_difference(a, b, draws=DRAWS)
    assert found is not None
    ends = oracle.confidence_interval
    error = ERROR * oracle.standard_error
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=error)
    assert found.value == pytest.approx(a.mean() - b.mean())


def test_the_interval_of_a_mean_is_scipys():
    a = simulate_correct(5, 30, 0.6, 4)
    oracle = stats.bootstrap(
        (a.mean(axis=0),), np.mean, method="percentile", n_resamples=DRAWS, rng=5
    )
    found = group_mean(a, draws=DRAWS)
    assert found is not None
    ends = oracle.confidence_interval
    error = ERROR * oracle.standard_error
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=error)
    seeds = a.mean(axis=1)
    assert (found.seed_low, found.seed_high) == (seeds.min(), seeds.max())
    assert found.seed_sd == pytest.approx(stats.tstd(seeds))
    assert (found.seeds, found.photos) == (5, 30)


def test_crops_of_one_photo_are_drawn_together():
    """Of 10 photos with 1 to 5 crops each, whole photos are drawn: scipy on their sums."""
    photos = [f"{number}.jpg" for number in range(10) for _ in range(1 + number % 5)]
    a = np.repeat(simulate_correct(4, 10, 0.6, 6), [1 + number % 5 for number in range(10)], axis=1)
    sums = np.array([a[:, [p == name for p in photos]].sum() / 4 for name in dict.fromkeys(photos)])
    counts = np.array([1 + number % 5 for number in range(10)], dtype=float)

    def ratio(sums, counts, axis):
        return np.sum(sums, axis=axis) / np.sum(counts, axis=axis)

    oracle = stats.bootstrap(
        (sums, counts), ratio, paired=True, method="percentile", n_resamples=DRAWS, rng=7
    )
    found, alone = group_mean(a, DRAWS, photos), group_mean(a, DRAWS)
    assert found is not None and alone is not None
    ends = oracle.confidence_interval
    error = ERROR * oracle.standard_error
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=error)
    assert found.value == alone.value == pytest.approx(a.mean())
    assert found.photos == 10
    assert found.high - found.low > 1.2 * (alone.high - alone.low)


def test_the_same_input_gives_the_same_interval():
    a, b = simulate_correct(5, 20, 0.7, 1), simulate_correct(5, 20, 0.3, 2)
    assert group_difference(a, b) == group_difference(a, b)
    back, there = group_difference(b, a), group_difference(a, b)
    assert back is not None and there is not None
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_photos_are_drawn_jointly():
    """Groups that find the same photos hard are told apart by a difference on few of them."""
    hard = np.arange(40) < 20
    a = np.tile(~hard, (3, 1))
    b = a.copy()
    b[:, 30:] = False
    found = group_difference(a, b)
    assert found is not None and found.significant
    assert found.differing == 10
    single_a, single_b = group_mean(a), group_mean(b)
    assert single_a is not None and single_b is not None
    assert single_a.low < single_b.high  # two separate intervals would overlap


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (
            Difference(0.68, 0.33, 0.35, 0.25, 0.44, 49, 20, True),
            "object accuracy .68 vs .33: better by .35 (.25 to .44)",
        ),
        (
            Difference(0.33, 1.0, -0.67, -0.7, -0.6, 49, 20, None),  # two runs
            "object accuracy .33 vs 1.00: worse by .67 (.60 to .70)",
        ),
        (
            Difference(0.5, 0.45, 0.05, -0.05, 0.15, 20, 9, True),
            "object accuracy .50 vs .45: cannot tell: other photos may give another result",
        ),
        (
            Difference(1.0, 0.5, 0.5, 0.1, 0.9, 8, 4, None),  # four photos: no test could tell
            "object accuracy 1.00 vs .50: cannot tell: other photos may give another result",
        ),
        (
            Difference(0.68, 0.33, 0.35, 0.25, 0.44, 49, 20, False),
            "object accuracy .68 vs .33: cannot tell: other seeds may differ as much",
        ),
        (
            Difference(0.5, 0.45, 0.05, -0.05, 0.15, 20, 9, False),
            "object accuracy .50 vs .45: cannot tell: "
            "other photos or seeds may give another result",
        ),
    ],
)
def test_in_words(difference, words):
    assert difference.text("object accuracy") == words


def test_nothing_to_compare():
    some = np.ones((2, 3), dtype=bool)
    assert group_mean(some[:, :0]) is None
    assert group_difference(some[:0], some) is None
    with pytest.raises(ValueError, match="photos differ"):
        group_difference(some, some[:, :2])
    one = group_mean(some[:1])
    assert one is not None and one.seed_sd is None


def false_alarms(shift, tries=400, seeds=5, photos=20):
    """How often two groups of one recipe are called different. shift: standard deviation of the
    seeds' own skill, in logits."""
    random = np.random.default_rng(11)

    def group(ease):
        skill = random.normal(0, shift, (seeds, 1))
        return random.random((seeds, photos)) < 1 / (1 + np.exp(-(ease + skill)))

    alarms = 0
    for _ in range(tries):
        ease = random.normal(0.5, 1.5, photos)
        found = group_difference(group(ease), group(ease), draws=500)
        alarms += found is not None and found.significant
    return alarms / tries


@pytest.mark.parametrize("shift", [0, 0.5])
@pytest.mark.parametrize(("seeds", "photos"), [(3, 80), (5, 20), (6, 40)])
def test_equal_groups_are_called_different_at_most_as_often_as_stated(shift, seeds, photos):
    assert false_alarms(shift, seeds=seeds, photos=photos) < 0.06  # 4%, and 400 tries' noise


def test_groups_that_differ_are_told_apart():
    random = np.random.default_rng(12)
    told = [
        group_difference(random.random((5, 40)) < 0.8, random.random((5, 40)) < 0.4)
        for _ in range(40)
    ]
    assert all(found is not None and found.significant for found in told)


def test_every_two_of_several_groups_as_two_alone():
    random = np.random.default_rng(3)
    groups = [random.random((seeds, 30)) < share for seeds, share in ((3, 0.4), (5, 0.6), (2, 0.9))]
    photos = [f"{place // 2}.jpg" for place in range(30)]
    found = group_differences(groups, photos=photos)
    assert sorted(found) == [(0, 1), (0, 2), (1, 2)]
    assert found[0, 2] == group_difference(groups[0], groups[2], photos=photos)


def test_seeds_as_scipys_test_of_unequal_variances():
    random = np.random.default_rng(4)
    told = []
    for _ in range(200):
        groups = [
            random.normal(centre, 0.1, (seeds, 1)) + random.normal(0, 0.02, (seeds, 60))
            for seeds, centre in ((3, 0.5), (int(random.integers(2, 12)), 0.7))
        ]
        found = seeds_differ(*groups)
        p = stats.ttest_ind(*(group.mean(axis=1) for group in groups), equal_var=False).pvalue
        assert not found or p < 0.04  # degrees of freedom are rounded down: never more
        told.append((found, p < 0.04))
    assert 0.7 * sum(p for _, p in told) < sum(found for found, _ in told) < 180


def test_seeds_at_the_edges():
    alike, other = np.ones((3, 4), dtype=bool), np.zeros((3, 4), dtype=bool)
    assert seeds_differ(alike, other) and not seeds_differ(alike, alike)
    assert seeds_differ(alike[:1], other[:1]) is None  # two runs: no spread is asked


def test_one_run_against_a_group_is_a_further_seed_of_it_or_not():
    """scipy's prediction interval of one more value: Student's t with the group's variance."""

    def seed(right):
        return np.arange(20) < right

    group = np.stack([seed(right) for right in (10, 12, 9, 13, 11)])
    means = group.mean(axis=1)
    half = stats.t.ppf(0.98, 4) * means.std(ddof=1) * (1 + 1 / 5) ** 0.5
    for right in range(21):
        one = seed(right)[None]
        outside = abs(right / 20 - means.mean()) > half
        assert seeds_differ(one, group) is seeds_differ(group, one) is bool(outside)
