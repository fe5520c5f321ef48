"""core.compare.clearest_pair: which two show best that validation is not enough."""

from __future__ import annotations

from dataclasses import replace

from core.compare.clearest_pair import clearest_pair
from core.recipe.files import load_recipe
from core.store.groups import Group
from tests.core.compare.test_comparison import row

GOOD, BAD = "generalises", "overfit that looks good"


def run(id_, verdict, objects, right=15, photos="p", seed=0):
    summary = {
        "verdict": verdict,
        "validation": {"accuracy": {"value": right / 15, "correct": right, "total": 15}},
        "sets": {"hard": {"scores": {"object": {"value": objects, "total": 40}}}},
    }
    return replace(row(id_, load_recipe("quick", {"seed": seed}), **summary), photos=photos)


def single_run_group(*args, **more):
    found = run(*args, **more)
    return Group(found.id, found.id, (found,))


def ids(pair):
    return pair and (pair.generalises.id, pair.overfit.id)


def test_the_largest_gap_among_equally_good_validation():
    items = [
        single_run_group("a", GOOD, 0.7),
        single_run_group("b", GOOD, 0.8),
        single_run_group("c", BAD, 0.4),
        single_run_group("d", BAD, 0.3),
    ]
    found = clearest_pair(items)
    assert ids(found) == ("b", "d")
    assert round(found.gap, 2) == 0.5


def test_validation_may_part_by_one_photo_and_no_more():
    assert ids(
        clearest_pair([single_run_group("a", GOOD, 0.7), single_run_group("b", BAD, 0.3, right=14)])
    ) == ("a", "b")
    assert (
        clearest_pair([single_run_group("a", GOOD, 0.7), single_run_group("b", BAD, 0.3, right=13)])
        is None
    )


def test_bad_validation_other_photos_and_a_gap_the_wrong_way_make_no_pair():
    assert (
        clearest_pair(
            [single_run_group("a", GOOD, 0.7, right=12), single_run_group("b", BAD, 0.3, right=12)]
        )
        is None
    )
    assert (
        clearest_pair(
            [single_run_group("a", GOOD, 0.7), single_run_group("b", BAD, 0.3, photos="other")]
        )
        is None
    )
    assert (
        clearest_pair([single_run_group("a", GOOD, 0.3), single_run_group("b", BAD, 0.7)]) is None
    )
    assert (
        clearest_pair(
            [single_run_group("a", GOOD, 0.7), single_run_group("b", "never learned", 0.1)]
        )
        is None
    )
    assert clearest_pair([]) is None


def test_the_newest_of_equals():
    items = [
        single_run_group("a", GOOD, 0.7),
        single_run_group("b", GOOD, 0.7),
        single_run_group("c", BAD, 0.4),
    ]
    assert ids(clearest_pair(items)) == ("b", "c")


def test_groups_come_before_single_runs():
    def group(id_, verdict, objects):
        return Group(id_, id_, tuple(run(f"{id_}{s}", verdict, objects, seed=s) for s in range(2)))

    items = [
        group("g", GOOD, 0.6),
        group("h", BAD, 0.5),
        single_run_group("a", GOOD, 0.9),
        single_run_group("b", BAD, 0.1),
    ]
    assert ids(clearest_pair(items)) == ("g", "h")
