from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.capture.asking import (
    BACKGROUND_CIRCUMSTANCES,
    CIRCUMSTANCES,
    Request,
    Taken,
    next_request,
    request_text,
)
from core.data.dataset import BACKGROUND

CLASSES = ("atlas", BACKGROUND, "cup", "lantern")


def _played(photos: int, seed: int, disagree: str = "") -> list[Taken]:
    taken: list[Taken] = []
    for _ in range(photos):
        request = next_request(taken, (), (), CLASSES, seed)
        assert request is not None
        taken.append(
            Taken(
                request.label,
                request.circumstance,
                disagree in (request.label, request.circumstance),
            )
        )
    return taken


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1))
def test_classes_and_circumstances_are_spread(seed: int) -> None:
    taken = _played(40, seed, "nothing")
    assert set(Counter(each.label for each in taken).values()) == {10}
    by_circumstance = Counter(each.circumstance for each in taken)
    assert set(by_circumstance) == set(CIRCUMSTANCES)
    for name in CLASSES:
        own = [each.circumstance for each in taken if each.label == name]
        if name == BACKGROUND:
            assert set(own) == set(BACKGROUND_CIRCUMSTANCES)
        else:
            assert set(own) == set(CIRCUMSTANCES)
    assert taken == _played(40, seed, "nothing")


@pytest.mark.parametrize("seed", range(5))
def test_what_runs_disagree_on_comes_more_often_but_never_alone(seed: int) -> None:
    by_class = Counter(each.label for each in _played(60, seed, "cup")[10:])
    assert by_class["cup"] == max(by_class.values()) >= 1.5 * by_class["atlas"]
    assert min(by_class.values()) >= 50 / 3 / len(CLASSES)
    far = Counter(each.circumstance for each in _played(60, seed, "far")[10:])
    assert far["far"] > 50 / len(CIRCUMSTANCES)


@given(
    taken=st.lists(
        st.builds(
            Taken,
            st.sampled_from(CLASSES),
            st.sampled_from([*CIRCUMSTANCES, ""]),
            st.sampled_from([None, True, False]),
        ),
        max_size=30,
    ),
    lacking=st.frozensets(st.tuples(st.sampled_from(CLASSES), st.sampled_from(["", "copy"]))),
    seed=st.integers(0, 1000),
)
def test_nothing_that_one_lacks_is_asked_for(
    taken: list[Taken], lacking: frozenset[tuple[str, str]], seed: int
) -> None:
    found = next_request(taken, (), lacking, CLASSES, seed, "phone")
    if found is None:
        assert {name for name, key in lacking if not key} == set(CLASSES)
    else:
        assert not {(found.label, ""), (found.label, found.circumstance)} & lacking


def test_a_request_is_worded() -> None:
    assert request_text(Request("lantern", "covered")) == "lantern, partly covered"
    assert request_text(Request(BACKGROUND, "room")) == "none of these, in another room"
    assert request_text(Request("lantern")) == "lantern"
