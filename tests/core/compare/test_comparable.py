"""core.compare.comparable: files of one name in two data sets are not taken for the same photo."""

from __future__ import annotations

from dataclasses import replace

from core.compare.comparable import (
    comparable_predictions,
    items_on_other_photos,
    split_fingerprints,
)
from core.compare.comparison import compare_to_reference
from core.store.groups import Group
from tests.core.compare.test_comparison import predictions, row, run


def environment(train, hard):
    return {"data": {"fingerprints": {"train": train, "test_sets": {"hard": {"photos": hard}}}}}


def test_only_sets_that_are_the_same_photos_are_compared():
    frames = {id_: predictions("rr", "rrrr", "rr") for id_ in "abc"}
    prints = {
        "a": split_fingerprints(environment("x", "h")),
        "b": split_fingerprints(environment("y", "h")),
        "c": split_fingerprints({"data": {}}),
    }
    found = comparable_predictions(frames, prints, "a")
    assert set(found["a"]["split"]) == {"validation", "hard", "hard/objects"}
    assert set(found["b"]["split"]) == {"hard", "hard/objects"}
    assert found["c"].empty
    (against,) = compare_to_reference([run("a"), run("b"), run("c")], found)
    assert against.validation_text == "Validation cannot compare them: no photos in common."
    assert against.comparisons[1].text == "the same photos right: cannot tell"


def test_items_on_other_photos_are_named():
    a, b, c = (
        Group(id_, id_, (replace(row(id_), photos=print_),))
        for id_, print_ in (("a", "x"), ("b", "y"), ("c", "x"))
    )
    assert items_on_other_photos([a, b, c], a) == [b]
