import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from core.evaluate.group_difference import MIN_DIFFERING_PHOTOS
from core.evaluate.paired import (
    SIGNIFICANCE_LEVEL,
    PairedComparison,
    compare_matched,
    match_runs,
    mcnemar,
)

COLUMNS = ["kind", "split", "file", "primary", "present", "predicted"]


def compare_runs(a, b, split, score="primary"):
    return compare_matched(match_runs([[a], [b]], split, score))


def predictions(*rows, split="hard", kind="plain"):
    """Rows of predictions.csv from (file, primary, present, predicted)."""
    return pd.DataFrame([(kind, split, *row) for row in rows], columns=COLUMNS)


@given(st.integers(0, 80), st.integers(0, 80))
def test_mcnemar_is_statsmodels_exact_test(better, worse):
    oracle = statsmodels_mcnemar([[7, better], [worse, 3]], exact=True).pvalue
    assert mcnemar(better, worse) == pytest.approx(oracle, rel=1e-9)


def test_six_photos_on_one_side_are_the_fewest_that_can_tell():
    assert mcnemar(5, 0) == pytest.approx(0.0625)
    assert mcnemar(6, 0) == pytest.approx(0.03125)
    assert (
        mcnemar(MIN_DIFFERING_PHOTOS - 1, 0)
        >= SIGNIFICANCE_LEVEL
        > mcnemar(MIN_DIFFERING_PHOTOS, 0)
    )
    assert mcnemar(0, 0) == mcnemar(4, 4) == 1


@pytest.mark.parametrize(
    ("better", "worse", "words"),
    [
        (3, 1, "better on 3 photos, worse on 1: cannot tell"),
        (1, 0, "better on 1 photo, worse on 0: cannot tell"),
        (11, 1, "better on 11 photos, worse on 1: a significant difference (p = .006)"),
        (0, 20, "better on 0 photos, worse on 20: a significant difference (p < .001)"),
        (4, 4, "better on 4 photos, worse on 4: cannot tell"),
        (0, 0, "both get the same photos right: cannot tell"),
    ],
)
def test_in_words(better, worse, words):
    found = PairedComparison(better, worse, 5, 4, mcnemar(better, worse))
    assert found.text() == words
    assert found.text("object") == words.replace("photo", "object")


def test_pairs_are_matched_by_file_whatever_the_order():
    a = predictions(
        ("1", "x", "x", "x"), ("2", "x", "x", "x"), ("3", "y", "y", "x"), ("4", "y", "y", "y")
    )
    b = predictions(
        ("4", "y", "y", "y"), ("3", "y", "y", "y"), ("2", "x", "x", "y"), ("1", "x", "x", "y")
    )
    found = compare_runs(a, b, "hard", "primary")
    assert (found.better, found.worse, found.both_right, found.both_wrong) == (2, 1, 1, 0)
    assert found.p == mcnemar(2, 1) and found.photos == 4 and found.left_out == 0
    other = compare_runs(b, a, "hard", "primary")
    assert (other.better, other.worse, other.p) == (1, 2, found.p)


def test_photos_of_one_run_or_of_another_label_are_left_out_and_counted():
    a = predictions(
        ("1", "x", "x", "x"),
        ("2", "x", "x", "x"),
        ("only a", "x", "x", "x"),
        ("4", "", "", "x"),
        ("relabelled", "x", "x", "x"),
        ("labelled since", "", "", "x"),
    )
    b = predictions(
        ("1", "x", "x", "y"),
        ("2", "x", "x", "x"),
        ("only b", "x", "x", "x"),
        ("4", "", "", "y"),
        ("relabelled", "y", "y", "y"),
        ("labelled since", "x", "x", "x"),
    )
    found = compare_runs(a, b, "hard", "primary")
    assert (found.better, found.both_right, found.photos, found.left_out) == (1, 1, 2, 4)


def test_other_splits_and_kinds_do_not_count():
    a = pd.concat(
        [
            predictions(("1", "x", "x", "x")),
            predictions(("1", "x", "x", "y"), split="easy"),
            predictions(("1", "x", "x", "y"), kind="tta"),
            predictions(("1#x", "x", "x", "y"), ("1#y", "y", "y", "y"), split="hard/objects"),
        ]
    )
    b = a.assign(predicted="y")
    assert compare_runs(a, b, "hard", "primary").better == 1
    objects = compare_runs(a, b, "hard", "object")
    assert (objects.both_right, objects.both_wrong) == (1, 1)
    assert compare_runs(a, b, "easy", "object").photos == 0
    assert compare_runs(a, pd.DataFrame(), "hard").text() == "no photos in common: cannot tell"


def test_present_takes_any_class_that_can_be_seen():
    a = predictions(("1", "x", "x y", "y"), ("2", "background", "", "background"))
    b = predictions(("1", "x", "x y", "z"), ("2", "background", "", "x"))
    assert compare_runs(a, b, "hard", "present").better == 2
    assert compare_runs(a, b, "hard", "primary").better == 1


def test_groups_keep_the_photos_that_all_their_runs_answered():
    a = predictions(("1#x", "x", "x", "x"), ("1#y", "y", "y", "y"), split="hard/objects")
    b = predictions(("1#y", "y", "y", "x"), ("1#x", "x", "x", "x"), split="hard/objects")
    c = predictions(("1#y", "y", "y", "y"), split="hard/objects")
    found = match_runs([[a, b], [c]], "hard", "object")
    assert found.files == ("1#y",) and found.photos == ("1",) and found.left_out == 1
    assert found.correct[0].tolist() == [[True], [False]]
    assert found.correct[1].tolist() == [[True]]
