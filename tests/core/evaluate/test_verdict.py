"""Every rule of the verdict, and that nothing else than the rules decides."""

import math
from dataclasses import asdict

import pandas as pd
import pytest

from core.evaluate.advice import advice
from core.evaluate.scores import share
from core.evaluate.verdict import MEANINGS, RULES, THRESHOLDS, chance_of, evidence_set, judge
from tests.conftest import fast_recipe

CLASSES = 6


def history(train=0.4, val=0.01, best=None):
    best = val if best is None else best
    return pd.DataFrame({"train_loss": [1.7, 1.0, train], "val_loss": [1.8, best, val]})


def validation(right=15, total=15, constant=6 / 15):
    return asdict(share([True] * right + [False] * (total - right), constant))


def evidence(objects=0.68, lift=2.0, total=73, boxes=60):
    hits = round(objects * total)
    return {
        "scores": {
            "primary": asdict(share([True] * 20 + [False] * 20, 0.17)),
            "object": asdict(share([True] * hits + [False] * (total - hits), 0.2)),
        },
        "localisation": {"objects": boxes, "share": lift * 0.2, "area": 0.2, "lift": lift},
    }


def hidden(balance=0.6, photos=40):
    return {
        "photos": photos,
        "fall": {"object": {"value": 0.5}, "only_objects": {"value": 0.5 - balance}},
        "balance": {"value": balance},
    }


def verdict(losses=None, answers=None, sets=None, needs=None):
    return judge(
        history() if losses is None else losses,
        validation() if answers is None else answers,
        CLASSES,
        {"test_difficult": evidence()} if sets is None else sets,
        {"test_difficult": hidden()} if needs is None else needs,
    )


def test_good_signs_mean_that_it_generalises():
    found = verdict()
    assert (found.verdict, found.rule) == ("generalises", "most signs are good")
    assert [sign.name for sign in found.signs] == ["finds", "looks", "needs"]
    assert all(sign.good for sign in found.signs)
    assert found.signs[0].value == pytest.approx((50 / 73 - 0.2) / 0.8)
    assert found.evidence_set == "test_difficult"


def test_fine_validation_and_bad_signs_mean_overfit_that_looks_good():
    found = verdict(sets={"test_difficult": evidence(0.33, 1.2)})
    assert found.verdict == "overfit that looks good"
    assert [sign.good for sign in found.signs] == [False, False, True]
    assert "15 of 15" in found.finding
    # A single good sign of three is not enough, two are.
    assert verdict(sets={"test_difficult": evidence(0.33, 2.0)}).verdict == "generalises"
    only_lift = verdict(sets={"test_difficult": evidence(0.33, 2.0)},
                        needs={"test_difficult": hidden(0.1)})  # fmt: skip
    assert only_lift.verdict == "overfit that looks good"


def test_two_signs_that_disagree_are_too_little_evidence():
    found = verdict(sets={"test_difficult": evidence(0.33, 2.0)}, needs={})
    assert (found.verdict, found.rule) == ("too little evidence", "the signs disagree")


@pytest.mark.parametrize(
    ("train", "rule", "expected"),
    [
        (1.6, "validation at chance", "never learned"),
        (0.1, "validation at chance, training photos known", "overfit, and it shows"),
    ],
)
def test_validation_at_chance(train, rule, expected):
    for right in (0, 6, 9):
        found = verdict(history(train), validation(right))
        assert (found.verdict, found.rule) == (expected, rule)
        assert found.signs == ()
    assert verdict(history(train), validation(10)).rule != rule


@pytest.mark.parametrize(
    ("losses", "rule", "expected"),
    [
        (history(train=0.2, val=0.5), "validation behind training", "overfit, and it shows"),
        (history(train=1.2, val=1.0, best=0.4), "validation behind training",
         "overfit, and it shows"),
        (history(train=1.2, val=0.5), "not yet learned", "never learned"),
    ],
)  # fmt: skip
def test_validation_that_is_not_fine(losses, rule, expected):
    found = verdict(losses, validation(12))
    assert (found.verdict, found.rule) == (expected, rule)
    assert verdict(losses, validation(13)).verdict == "generalises"


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        (history(train=46.0, val=2.7), "never learned"),
        (history(train=29.0, val=6.2, best=0.01), "overfit, and it shows"),
    ],
)
def test_right_answers_with_a_loss_worse_than_random_are_not_fine(losses, expected):
    found = verdict(losses)
    assert found.verdict == expected
    assert f"its loss there is {losses['val_loss'].iloc[-1]:.2f}" in found.finding
    assert f"answering at random {math.log(CLASSES):.2f}" in found.finding


def test_few_photos_are_too_little_evidence():
    assert verdict(answers=validation(4, 4)).rule == "few validation photos"
    four = {"test": {"scores": {"primary": asdict(share([True] * 4, 0.25)),
                                "object": asdict(share([True] * 8, 0.25)),
                                "ranking": {"value": 0.9, "constant": 0.4, "total": 4}},
                     "localisation": evidence(boxes=8)["localisation"]}}  # fmt: skip
    found = verdict(sets=four, needs={"test": hidden(photos=4)})
    assert (found.verdict, found.rule) == ("too little evidence", "few test photos")
    assert [sign.good for sign in found.signs] == [None, None, None]
    for nothing in ({}, {"test": {"scores": {}, "localisation": None}}):
        found = verdict(sets=nothing, needs={})
        assert (found.rule, found.signs) == ("few test photos", ())


def test_without_boxes_the_ranking_tells():
    def only(value):
        return {"x": {"scores": {"primary": asdict(share([True] * 30, 0.3)),
                                 "ranking": {"value": value, "constant": 0.4, "total": 30}},
                      "localisation": None}}  # fmt: skip

    assert verdict(sets=only(0.7), needs={}).verdict == "generalises"
    assert verdict(sets=only(0.5), needs={}).verdict == "overfit that looks good"


def test_signs_are_read_on_the_set_with_most_labelled_objects():
    easy, hard = evidence(total=12), evidence(total=73)
    photos_only = {"scores": {"primary": asdict(share([True] * 500, 0.2))}}
    assert evidence_set({"a": hard, "b": easy, "c": photos_only, "d": {"scores": {}}}) == "a"
    assert evidence_set({"c": photos_only, "d": {"scores": {}}}) == "c"
    assert evidence_set({"d": {"scores": {}}}) is None


def test_chance_is_the_binomial_tests():
    from scipy.stats import binomtest

    for right, total, constant in ((9, 15, 0.4), (15, 15, 0.4), (0, 15, 0.4), (3, 7, 1 / 6)):
        assert chance_of(right, total, constant) == pytest.approx(
            binomtest(right, total, constant, alternative="greater").pvalue
        )


def test_every_rule_can_fire_and_every_word_is_explained():
    rules = {
        verdict(losses, answers, sets, needs).rule
        for losses in (history(), history(1.6), history(1.2, 1.0, 0.4))
        for answers in (validation(), validation(4, 4), validation(6), validation(12))
        for sets in (None, {}, {"test_difficult": evidence(0.33, 1.2)},
                     {"test_difficult": evidence(0.33, 2.0)})
        for needs in (None, {})
    }  # fmt: skip
    assert rules == set(RULES)
    assert {verdict for verdict, _ in RULES.values()} == set(MEANINGS)
    assert all(math.isfinite(value) and words for value, words in THRESHOLDS.values())


def test_advice_names_what_the_recipe_did():
    bad = fast_recipe("looks-good", weights="imagenet")
    tries = " ".join(advice("overfit that looks good", bad))
    assert "layers 0 to 12" in tries and "0.1" in tries
    assert "varied views" in tries and "dropout" in tries
    careful = advice("overfit that looks good", fast_recipe(weights="imagenet"))
    assert "Freeze" not in " ".join(careful) and careful
    assert "pretrained" in " ".join(advice("never learned", fast_recipe(weights="none")))
    wild = fast_recipe(weights="imagenet", bands={0: 0, 16: 0.1, 18: 1.0})
    assert "ten times" in advice("never learned", wild)[0]
    for name in MEANINGS:
        assert 1 <= len(advice(name, bad)) <= 4


def test_a_fall_below_nothing_is_called_a_gain():
    def words(fall, of_rest):
        fell = {"object": {"value": fall}, "only_objects": {"value": of_rest}}
        needs = {"test_difficult": hidden() | {"fall": fell}}
        return verdict(needs=needs).signs[2].words

    assert words(0.5, 0.01) == (
        "with the objects hidden the right classes lose 50 points of probability, "
        "with everything else hidden they lose 1 point"
    )
    assert words(-0.001, -0.04).endswith(
        "lose 0 points of probability, with everything else hidden they gain 4 points"
    )
