"""Every rule of the verdict, and that nothing else than the rules decides."""

import math
from dataclasses import asdict

import pandas as pd
import pytest

from core.evaluate.diagnose import advice
from core.evaluate.rules import MEANINGS, RULES, THRESHOLDS
from core.evaluate.scores import accuracy, balanced_accuracy, is_imbalanced, share_score
from core.evaluate.verdict import density_ratio, judge
from core.store.test_sets import comparison_set
from tests.conftest import fast_recipe

CLASSES = 6
ELSEWHERE, SHOOT = {"elsewhere": True, "by": "stated"}, {"elsewhere": False, "by": "stated"}


def history(train=0.4, val=0.01, best=None):
    best = val if best is None else best
    return pd.DataFrame({"train_loss": [1.7, 1.0, train], "val_loss": [1.8, best, val]})


def score(right, total, constant):
    return asdict(share_score([True] * right + [False] * (total - right), constant))


def validation(right=15, total=15, constant=6 / 15):
    return {"accuracy": score(right, total, constant), "balanced": None}


def evidence(objects=0.68, density=2.5, total=73, boxes=60, area=0.2, primary=20, origin=ELSEWHERE):
    inside = density * area / (1 - area)
    return {
        "scores": {
            "primary": score(primary, 40, 0.17),
            "object": score(round(objects * total), total, 0.2),
        },
        "localisation": {"objects": boxes, "share": inside / (1 + inside), "area": area},
        "single": False,
        "origin": origin,
    }


def single(right, total, constant, origin=ELSEWHERE):
    """A test set without boxes whose photos show one class each."""
    scores = {"primary": score(right, total, constant)}
    return {"scores": scores, "localisation": None, "single": True, "origin": origin}


def reliance_summary(balance=0.6, photos=40):
    return {
        "photos": photos,
        "fall": {"object": {"value": 0.5}, "only_objects": {"value": 0.5 - balance}},
        "balance": {"value": balance},
    }


def shifted_numbers(total, untrained=None, background=None):
    def of(value):
        return {"accuracy": {"value": value, "low": value - 0.2, "high": min(1.0, value + 0.1)}}

    return {
        "views": 8,
        "photos": 15,
        "constant": 0.2,
        "counted": ["geometry", "light"],
        "total": of(total),
        "untrained": None if untrained is None else of(untrained),
        "background": background,
    }


def verdict(
    losses=None, validation_scores=None, sets=None, needs=None, classes=CLASSES, shifted=None
):
    return judge(
        history() if losses is None else losses,
        validation() if validation_scores is None else validation_scores,
        classes,
        {"test_difficult": evidence()} if sets is None else sets,
        {"test_difficult": reliance_summary()} if needs is None else needs,
        shifted,
    )


BAD = {"test_difficult": evidence(0.33, 1.2)}
UNSURE = {"test_difficult": evidence(0.33, 2.5)}  # with nothing hidden: one sign good, one bad


def test_good_criteria_mean_that_it_generalises():
    found = verdict()
    assert (found.verdict, found.rule) == ("generalises", "photos from elsewhere are good")
    assert [sign.name for sign in found.criteria] == ["finds", "looks", "needs"]
    assert all(sign.good for sign in found.criteria)
    assert found.criteria[0].value == pytest.approx((50 / 73 - 0.2) / 0.8)
    assert found.criteria[1].value == pytest.approx(2.5)
    assert found.deciding_set == "test_difficult"


def test_fine_validation_and_bad_criteria_mean_overfit_that_looks_good():
    found = verdict(sets=BAD)
    assert found.verdict == "overfit that looks good"
    assert [sign.good for sign in found.criteria] == [False, False, True]
    assert "15 of 15" in found.finding
    written = found.as_data()["evidence"]
    assert [sign["good"] for sign in written["signs"]] == [False, False, True]
    assert [one["name"] for one in written["sets"]] == ["test_difficult"]
    assert "On test_difficult, only 1 of 3 criteria are good." in found.finding
    # A single good sign of three is not enough, two are.
    assert verdict(sets=UNSURE).verdict == "generalises"
    only_density = verdict(sets=UNSURE, needs={"test_difficult": reliance_summary(0.1)})
    assert only_density.verdict == "overfit that looks good"


def test_two_criteria_that_disagree_are_too_little_evidence():
    found = verdict(sets=UNSURE, needs={})
    assert (found.verdict, found.rule) == ("too little evidence", "the criteria disagree")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (validation(5, 5, 0.6), "cannot tell"),  # 57% or more is likely
        (validation(5, 5, 0.5), "fine"),
        (validation(5, 6, 0.5), "cannot tell"),
        (validation(13, 15), "fine"),
        (validation(12, 15), "cannot tell"),
        (validation(6, 15), "bad"),
        (validation(0, 3, 0.5), "bad"),
        (validation(82, 100, 0.2), "cannot tell"),
        (validation(75, 100, 0.2), "bad"),
    ],
)
def test_validation_is_fine_or_bad_or_cannot_tell_by_its_interval(answers, expected):
    assert verdict(validation_scores=answers).validation == expected


def test_validation_that_cannot_tell_leaves_it_to_photos_from_elsewhere():
    """Five of five right proves little; twelve of twelve elsewhere does."""
    few = {"validation_scores": validation(5, 5, 0.6), "needs": {}, "classes": 2}
    assert verdict(**few, sets={"test": single(12, 12, 0.5)}).verdict == "generalises"
    bad = {"test": single(6, 12, 0.5)}
    assert verdict(**few, sets=bad).verdict == "never learned"
    known = verdict(history(train=0.1), **few, sets=bad)
    assert (known.verdict, known.rule) == (
        "overfit, and it shows",
        "a test set is bad, training photos memorised",
    )
    assert verdict(**few, sets={}).verdict == "too little evidence"


def test_whatever_the_counts_of_two_classes_all_right_can_pass():
    """6 to 40 photos, and every way in which they may fall into two classes."""
    for total in range(6, 41):
        for large in range((total + 1) // 2, total - 1):
            truth = ["a"] * max(1, round(large / 5)) + ["b"] * max(1, round((total - large) / 5))
            uneven = is_imbalanced(truth, ("a", "b"))
            answers = {
                "accuracy": asdict(accuracy(truth, truth)),
                "balanced": asdict(balanced_accuracy(truth, truth)) if uneven else None,
            }
            sets = {"test": single(12, 12, 0.5)}
            found = verdict(validation_scores=answers, needs={}, classes=2, sets=sets)
            assert found.verdict == "generalises", (total, large)


def test_where_classes_are_uneven_the_balanced_accuracy_counts():
    """Nine of ten right by always naming the large class."""
    truth, told = ["a"] * 9 + ["b"], ["a"] * 10
    assert is_imbalanced(truth, ("a", "b"))
    assert not is_imbalanced(["a", "a", "b"], ("a", "b"))
    assert is_imbalanced(["a", "b"], ("a", "b", "c"))  # a class of which no photo validates
    balanced = balanced_accuracy(told, truth)
    assert (balanced.value, balanced.constant, balanced.correct) == (0.5, 0.5, 9)
    answers = {"accuracy": score(9, 10, 0.9), "balanced": asdict(balanced)}
    found = verdict(validation_scores=answers, classes=2)
    assert found.validation != "fine"
    assert "9 of 10 validation photos correctly, 50% averaged over classes" in found.finding
    right = balanced_accuracy(truth, truth)
    assert 0.5 < right.low < right.value == right.high == 1
    answers = {"accuracy": score(10, 10, 0.9), "balanced": asdict(right)}
    assert verdict(validation_scores=answers, classes=2).validation == "fine"


@pytest.mark.parametrize(
    ("losses", "rule", "expected"),
    [
        (history(train=0.2, val=0.5), "validation behind training", "overfit, and it shows"),
        (
            history(train=1.2, val=1.0, best=0.4),
            "validation behind training",
            "overfit, and it shows",
        ),
        (history(train=1.2, val=0.5), "not yet learned", "never learned"),
    ],
)
def test_bad_validation_decides_and_test_sets_are_told_all_the_same(losses, rule, expected):
    found = verdict(losses, validation(8))
    assert (found.verdict, found.rule) == (expected, rule)
    assert "On test_difficult, 3 of 3 criteria are good." in found.finding
    assert len(found.criteria) == 3


def test_right_answers_with_a_loss_worse_than_random_cannot_tell():
    losses = history(train=0.1, val=2.7)
    found = verdict(losses)
    assert (found.validation, found.verdict) == ("cannot tell", "generalises")
    assert "its validation loss is 2.70" in found.finding
    assert f"{math.log(CLASSES):.2f} for random guessing" in found.finding
    assert verdict(losses, sets=BAD).verdict == "overfit, and it shows"


def test_a_training_that_has_gone_wild_has_learned_nothing_whatever_validation_says():
    limit = 4 * math.log(CLASSES)
    found = verdict(history(train=limit + 0.1))
    assert (found.verdict, found.rule) == ("never learned", "training diverged")
    assert found.validation == "cannot tell"
    assert verdict(history(train=limit - 0.1)).verdict == "generalises"


def test_few_photos_are_too_little_evidence():
    four = {
        "test": {
            "scores": {
                "primary": score(4, 4, 0.25),
                "object": score(8, 8, 0.25),
                "ranking": {"value": 0.9, "constant": 0.4, "total": 4},
            },
            "localisation": evidence(boxes=8)["localisation"],
            "single": False,
            "origin": ELSEWHERE,
        }
    }
    found = verdict(sets=four, needs={"test": reliance_summary(photos=4)})
    assert (found.verdict, found.rule) == ("too little evidence", "no photos from elsewhere")
    assert [sign.good for sign in found.criteria] == [None, None, None]
    for nothing in ({}, {"test": {"scores": {}, "localisation": None}}):
        found = verdict(sets=nothing, needs={})
        assert (found.rule, found.criteria) == ("no photos from elsewhere", ())


def test_without_boxes_the_ranking_tells():
    def only(value):
        return {
            "x": {
                "scores": {
                    "primary": score(20, 30, 0.3),
                    "ranking": {"value": value, "constant": 0.4, "total": 30},
                },
                "localisation": None,
                "single": False,
                "origin": ELSEWHERE,
            }
        }

    assert verdict(sets=only(0.7), needs={}).verdict == "generalises"
    assert verdict(sets=only(0.5), needs={}).verdict == "overfit that looks good"


def test_where_photos_show_one_class_each_their_accuracy_tells():
    """Cut-out objects may be named while the photos are not."""
    boxed = evidence(0.9) | {"single": True}
    for right, good in ((27, True), (15, False)):
        boxed["scores"]["primary"] = score(right, 40, 0.2)
        found = verdict(sets={"test_difficult": boxed})
        assert [sign.good for sign in found.criteria] == [good, True, True]
        assert found.criteria[0].kind == "accuracy"


def test_the_worst_set_decides_and_each_is_named():
    good, bad = evidence(total=200), evidence(0.3, 1.2, total=12)
    found = verdict(sets={"easy": good, "hard": bad}, needs={})
    assert (found.verdict, found.deciding_set) == ("overfit that looks good", "hard")
    assert "On easy, 2 of 2 criteria are good." in found.finding
    assert "On hard, only 0 of 2 criteria are good." in found.finding


def test_a_set_from_the_same_shoot_never_makes_it_generalise_but_may_be_the_worst():
    same = {"test": single(30, 30, 0.5, SHOOT)}
    found = verdict(sets=same, needs={}, classes=2)
    assert (found.verdict, found.rule) == ("too little evidence", "no photos from elsewhere")
    assert "but it is from the same shoot" in found.finding
    both = same | {"elsewhere": single(30, 30, 0.5)}
    assert verdict(sets=both, needs={}, classes=2).verdict == "generalises"
    worse = {"test": single(16, 30, 0.5, SHOOT), "elsewhere": single(30, 30, 0.5)}
    assert verdict(sets=worse, needs={}, classes=2).verdict == "overfit that looks good"


@pytest.mark.parametrize(
    ("shifted", "verdict_"),
    [
        (shifted_numbers(0.99, 0.98), "holds up, untested elsewhere"),
        (shifted_numbers(0.99), "too little evidence"),  # good on what it trains on
        (shifted_numbers(0.7, 0.7), "too little evidence"),
        (shifted_numbers(0.3, 0.3), "overfit that looks good"),
        (shifted_numbers(0.99, 0.98, {"value": 0.5, "low": 0.3}), "overfit that looks good"),
    ],
)
def test_without_photos_from_elsewhere_shifted_views_may_tell(shifted, verdict_):
    for sets in ({}, {"test": single(30, 30, 0.2, SHOOT)}):
        found = verdict(sets=sets, needs={}, shifted=shifted)
        assert found.verdict == verdict_
        alone = "only photos from elsewhere can" in found.finding
        assert alone == (verdict_ == "holds up, untested elsewhere")
    # Photos from elsewhere decide where there are any, and validation that is not fine.
    assert verdict(shifted=shifted).verdict == "generalises"
    few = validation(5, 5, 0.6)
    assert verdict(validation_scores=few, sets={}, shifted=shifted).verdict == "too little evidence"


def test_it_is_told_that_nobody_has_stated_where_a_set_is_from():
    unstated = {"test": single(30, 30, 0.5, {"elsewhere": True, "by": "nothing"})}
    told = "Confirm on Data that test is from elsewhere; so far this is assumed."
    assert told in verdict(sets=unstated, needs={}, classes=2).finding
    assert "Nobody" not in verdict(classes=2).finding


def test_an_accuracy_near_the_constant_answers_is_bad_whatever_the_criteria():
    """A class told by its background's colour: objects cut out are named, whole photos are not."""
    at_chance = evidence(0.82, primary=9)
    assert verdict(sets={"test_difficult": at_chance}).verdict == "overfit that looks good"
    assert "it classifies 9 of 40 photos correctly" in verdict(sets={"x": at_chance}).finding
    above = evidence(0.82, primary=13)  # .33 of 40, one answer for all .17: outside the interval
    assert verdict(sets={"test_difficult": above}).verdict == "generalises"


def test_evidence_is_compared_inside_and_outside_whatever_the_boxes_size():
    for area in (0.03, 0.2, 0.7):
        assert density_ratio(area, area) == pytest.approx(1)
        sign = verdict(sets={"test_difficult": evidence(area=area)}).criteria[1]
        assert (sign.value, sign.good) == (pytest.approx(2.5), True)
    assert density_ratio(1.0, 0.2) == 99
    large = verdict(sets={"test_difficult": evidence(area=0.9)}).criteria[1]
    assert large.good is None
    assert "too little outside to compare" in large.words


def test_runs_are_compared_on_the_set_from_elsewhere_with_most_labelled_objects():
    easy, hard = evidence(total=99, origin=SHOOT), evidence(total=73)
    photos_only = single(400, 500, 0.2)
    sets = {"a": hard, "b": easy, "c": photos_only, "d": {"scores": {}}}
    assert comparison_set(sets) == "a"
    assert comparison_set({"b": easy, "c": photos_only}) == "c"
    assert comparison_set({"b": easy, "d": {"scores": {}}}) == "b"
    assert comparison_set({"d": {"scores": {}}}) is None


def test_every_rule_can_fire_and_every_word_is_explained():
    rules = {
        verdict(losses, answers, sets, needs, shifted=shifted).rule
        for losses in (history(), history(1.6), history(1.2, 1.0, 0.4), history(9.0))
        for answers in (validation(), validation(5, 5, 0.6), validation(6))
        for sets in (None, {}, BAD, UNSURE)
        for needs in (None, {})
        for shifted in (None, shifted_numbers(0.99, 0.99), shifted_numbers(0.3))
    }
    assert rules == set(RULES)
    assert {verdict for verdict, _ in RULES.values()} == set(MEANINGS)
    assert all(math.isfinite(value) and words for value, words in THRESHOLDS.values())


def test_advice_names_what_the_recipe_did():
    bad = fast_recipe("looks-good", weights="imagenet")
    tries = " ".join(advice("overfit that looks good", bad))
    assert "layers 0 to 12" in tries and "0.1" in tries
    assert "augmentation" in tries and "dropout" in tries
    careful = advice("overfit that looks good", fast_recipe(weights="imagenet"))
    assert "Freeze" not in " ".join(careful) and careful
    assert "pretrained" in " ".join(advice("never learned", fast_recipe(weights="none")))
    wild = fast_recipe(weights="imagenet", bands={0: 0, 16: 0.1, 18: 1.0})
    assert "tenfold" in advice("never learned", wild)[0]
    for name in MEANINGS:
        assert 1 <= len(advice(name, bad)) <= 4


def test_a_negative_probability_drop_is_called_a_gain():
    def words(fall, of_rest):
        fell = {"object": {"value": fall}, "only_objects": {"value": of_rest}}
        needs = {"test_difficult": reliance_summary() | {"fall": fell}}
        return verdict(needs=needs).criteria[2].words

    assert words(0.5, 0.01) == (
        "with the objects hidden, the correct classes lose 50 points of probability; with "
        "everything else hidden, they lose 1 point"
    )
    assert words(-0.001, -0.04).endswith(
        "lose 0 points of probability; with everything else hidden, they gain 4 points"
    )
