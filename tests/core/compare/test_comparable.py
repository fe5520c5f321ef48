"""core.compare.selection: files of one name in two data sets are not taken for the same photo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.compare.comparison import compare_to_reference
from core.compare.selection import (
    comparable_predictions,
    items_on_other_photos,
    same_test_photos,
    split_fingerprints,
)
from core.store.groups import Group
from tests.core.compare.test_comparison import predictions, row, run


def environment(train, hard, earlier=None):
    prints = {"train": train, "test_sets": {"hard": {"photos": hard}}, "earlier": earlier or {}}
    return {"data": {"fingerprints": prints}}


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
    assert against.comparisons[1].text == "both get the same photos right: cannot tell"


@pytest.mark.parametrize("reference", "ab")
def test_photos_that_joined_part_no_runs_on_those_before(reference):
    """b trained after photos had joined: it validates a's photos and one more."""
    frames = {"a": predictions("rrww", "rrrr"), "b": predictions("rrrrr", "rrrrr")}
    prints = {
        "a": split_fingerprints(environment("x", "h")),
        "b": split_fingerprints(environment("y", "i", {"train": ["w", "x"], "hard": ["h"]})),
    }
    found = comparable_predictions(frames, prints, reference)
    other = {"a": "b", "b": "a"}[reference]
    (against,) = compare_to_reference([run(reference), run(other)], found)
    assert [one.result.photos for one in against.comparisons] == [4, 4]
    prints["a"] = split_fingerprints(environment("z", "i", {"train": ["x"]}))
    found = comparable_predictions(frames, prints, "a")
    assert set(found["b"]["split"]) == {"hard/objects"}
    assert not same_test_photos(prints["a"], split_fingerprints(environment("z", "h")))
    assert same_test_photos(prints["a"], prints["b"])
    assert not same_test_photos({}, {})


def test_items_on_other_photos_are_named():
    a, b, c = (
        Group(id_, id_, (replace(row(id_), photos=print_),))
        for id_, print_ in (("a", "x"), ("b", "y"), ("c", "x"))
    )
    assert items_on_other_photos([a, b, c], a) == [b]
