import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import average_precision_score
from statsmodels.stats.proportion import proportion_confint

from core.evaluate.scores import (
    accuracy,
    average_precisions,
    presence_ranking,
    present_accuracy,
    set_scores,
    wilson,
)


def average_precision(scores, truth):
    return average_precisions(scores, truth, np.ones((1, len(scores))))[0]


@pytest.mark.parametrize(
    ("correct", "total", "low", "high"),
    # Newcombe (1998), Table I, method 3 (Wilson without continuity correction).
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_against_published_values(correct, total, low, high):
    assert wilson(correct, total) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(pair):
    correct, total = pair
    low, high = wilson(correct, total)
    assert 0 <= low <= correct / total + 1e-12
    assert correct / total - 1e-12 <= high <= 1


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=1))
def test_average_precision_is_scikit_learns_ties_included(pairs):
    scores = np.array([score for score, _ in pairs])
    truth = np.array([true for _, true in pairs])
    found = average_precision(scores, truth)
    if truth.any():
        assert found == pytest.approx(average_precision_score(truth, scores))
    else:
        assert np.isnan(found)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_statsmodels(pair):
    assert wilson(*pair) == pytest.approx(proportion_confint(*pair, method="wilson"), abs=1e-12)


def test_accuracy_and_its_constant_answer():
    score = accuracy(["a", "a", "b", "c"], ["a", "b", "b", "b"])
    assert (score.correct, score.total, score.value, score.constant) == (2, 4, 0.5, 0.75)


def test_present_accuracy_takes_any_present_class_and_the_primary():
    score = present_accuracy(
        ["a", "b", "background"], ["a", "c", "background"], [["a", "b"], ["b", "c"], ["b"]]
    )
    assert score.correct == 3
    assert score.constant == 1  # answering b is right everywhere


def test_presence_ranking_of_a_perfect_and_of_a_constant_ranking():
    present = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=bool)
    perfect = presence_ranking(present.astype(float), present)
    assert perfect is not None and perfect.value == 1
    assert perfect.constant == 0.5
    constant = presence_ranking(np.full((4, 2), 0.3), present)
    assert constant is not None and constant.value == constant.constant == 0.5
    assert constant.low <= 0.5 <= constant.high
    assert presence_ranking(np.ones((2, 1)), np.ones((2, 1), dtype=bool)) is None


def test_the_interval_of_the_ranking_has_the_variance_of_scipys_bootstrap():
    random = np.random.default_rng(5)
    present = random.random((40, 3)) < 0.4
    scores = (present * 0.4 + random.random((40, 3))) / 1.4

    def mean_ap(rows):
        return np.mean([average_precision(scores[rows, c], present[rows, c]) for c in range(3)])

    error = stats.bootstrap(
        (np.arange(40),), mean_ap, vectorized=False, n_resamples=1000, method="percentile", rng=1
    ).standard_error
    found = presence_ranking(scores, present)
    assert found is not None
    assert found.value == pytest.approx(mean_ap(np.arange(40)))
    photos = found.value * (1 - found.value) / error**2
    wanted = proportion_confint(found.value * photos, photos, method="wilson")
    assert (found.low, found.high) == pytest.approx(wanted, abs=0.015)


@pytest.mark.parametrize(("classes", "each"), [(12, 1), (20, 2), (37, 2), (60, 1), (5, 10)])
def test_the_interval_of_the_ranking_holds_its_value(classes, each):
    for seed in range(5):
        random = np.random.default_rng(seed)
        truth = np.repeat(np.eye(classes, dtype=bool), each, axis=0)
        p = np.exp(random.normal(size=truth.shape) + truth)
        found = presence_ranking(p / p.sum(axis=1, keepdims=True), truth)
        assert found is not None and 0 < found.low < found.value < found.high < 1


def test_a_perfect_ranking_is_as_sure_as_its_photos_are_many():
    truth = np.repeat(np.eye(3, dtype=bool), 4, axis=0)
    found = presence_ranking(truth * 0.9 + 0.05, truth)
    assert found is not None and found.value == 1
    assert (found.low, found.high) == pytest.approx(wilson(12, 12))


def test_every_score_has_an_interval_and_the_constant_answers_score():
    classes = ["a", "b", "background"]
    random = np.random.default_rng(3)
    rows = []
    for _ in range(30):
        primary = str(random.choice(classes))
        chances = random.dirichlet([1, 1, 1])
        shown = "" if primary == "background" else primary
        rows.append((primary, shown, classes[int(chances.argmax())], *chances))
    columns = ["primary", "present", "predicted", *(f"p_{name}" for name in classes)]
    photos = pd.DataFrame(rows, columns=columns)
    found = set_scores(photos, photos, classes)
    assert list(found) == ["primary", "object", "ranking", "present"]
    for score in found.values():
        assert 0 <= score["low"] < score["value"] < score["high"] <= 1
        assert 0 < score["constant"] < 1
        assert score["total"] == 30
    most = photos["primary"].value_counts().max()
    assert found["primary"]["constant"] == found["object"]["constant"] == most / 30


def frame(rows):
    columns = ["primary", "present", "predicted", "p_a", "p_background"]
    return pd.DataFrame(rows, columns=columns)


def test_set_scores_leaves_out_what_is_not_labelled():
    photos = frame(
        [("a", "a", "a", 0.9, 0.1), ("", "", "a", 0.8, 0.2), ("background", "", "a", 0.6, 0.4)]
    )
    found = set_scores(photos, frame([]), ["a", "background"])
    assert set(found) == {"primary", "ranking", "present"}
    assert (found["primary"]["correct"], found["primary"]["total"]) == (1, 2)
    assert set_scores(photos.iloc[1:2], frame([]), ["a", "background"]) == {}


def test_the_articles_constants_on_the_real_labels(small_books):
    """ARTICLE: best constant .25 (primary) and .70 (present); a constant ranking about .64."""
    labels = pd.read_csv(small_books / "labels.csv").query("split == 'test_difficult'")
    classes = ["background", "bayes", "geeks", "keras", "nlp", "technium"]
    photos = labels.assign(predicted="keras", **{f"p_{name}": 0.5 for name in classes})
    found = set_scores(photos, photos.iloc[:0], classes)
    assert found["primary"]["constant"] == 0.25
    assert found["present"]["constant"] == 0.70
    assert found["present"]["value"] == 0.70
    assert found["ranking"]["value"] == pytest.approx(0.64, abs=0.005)
