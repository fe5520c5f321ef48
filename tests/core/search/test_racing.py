import numpy as np
import pytest

from core.search.racing import (
    ERROR,
    choose,
    evidence_worse,
    next_trainings,
    paired,
    standings,
)


def scores(*right, loss=0.1):
    return {f"p{n}": (value, loss) for n, value in enumerate(right)}


def drawn(random, levels, repeats=5, photos=14, luck=0.3):
    """Photos of unlike difficulty, eight views each, and trainings of unlike luck."""
    found = {}
    for repeat in range(repeats):
        difficulty = random.normal(1.8, 1.5, photos)
        for name, level in levels.items():
            noise = random.normal(0, luck) + random.normal(0, 0.7, photos)
            chance = 1 / (1 + np.exp(-(difficulty + level + noise)))
            found[name, repeat] = scores(*(random.binomial(8, chance) / 8))
    return found


def race(results, names, repeats):
    """Replays a race on results that are there; what was used."""
    used = {}
    while found := next_trainings(used, names, repeats):
        used[found[0]] = results[found[0]]
    return used


def test_a_recipe_as_good_as_the_best_is_dropped_no_oftener_than_stated():
    random, dropped = np.random.default_rng(0), 0
    names = [f"r{n}" for n in range(6)]
    for _ in range(40):
        results = drawn(random, dict.fromkeys(names, 0.0))
        dropped += sum(one.dropped for one in standings(results, names).values())
    assert dropped / (40 * 5) <= ERROR


def test_the_bettor_gains_nothing_while_nothing_is_worse():
    random = np.random.default_rng(1)
    crossed = 0
    for _ in range(300):
        gaps = random.choice([-0.5, 0.0, 0.5], 60)
        crossed += any(evidence_worse(gaps[:n]) >= 1 / ERROR for n in range(1, 61))
    assert crossed / 300 <= ERROR


def test_hopeless_recipes_cost_a_fold_and_the_best_is_kept():
    random = np.random.default_rng(2)
    levels = {"base": 0.0, "better": 1.0, "hopeless": -4.0, "poor": -2.0}
    for _ in range(5):
        used = race(drawn(random, levels), list(levels), 5)
        folds = {name: sum(n == name for n, _ in used) for name in levels}
        assert folds["better"] == folds["base"] == 5
        assert folds["hopeless"] == 1 and folds["poor"] < 5
        assert choose(used, list(levels)) == "better"


def test_recipes_wait_for_their_own_training_only():
    results = {("a", 0): scores(1, 1)}
    assert next_trainings({}, ["a", "b"], 2, count=3) == [("a", 0), ("b", 0)]
    assert next_trainings(results, ["a", "b"], 2, [("b", 0)], 3) == [("a", 1)]
    assert next_trainings(results, ["a"], 1) == []


def test_only_photos_and_repeats_that_both_have_count():
    results = {("a", 0): scores(1, 0), ("b", 0): scores(0, 0, 1), ("b", 1): scores(1)}
    assert paired(results, "b", "a")[:, 0].tolist() == [-1, 0]
    assert paired(results, "a", "c").shape == (0, 2)


def test_what_cannot_be_told_from_the_first_is_not_chosen():
    first, lucky = scores(1, 0, 1, 1), scores(1, 1, 1, 1)
    assert choose({("a", 0): first, ("b", 0): lucky}, ["a", "b"]) == "a"
    equal = {("a", 0): first, ("b", 0): scores(1, 0, 1, 1, loss=0.05)}
    assert choose(equal, ["a", "b"]) == "b"  # by its loss; the confirmation decides
    assert choose({}, ["a", "b"]) == "a"
    assert standings({}, ["a"])["a"].score == pytest.approx(0)
