import numpy as np
import pytest

from core.data.dataset import Photo, TestSet
from core.data.label_tables import Box, Label
from core.evaluate.localisation import (
    coverage,
    density,
    evidence,
    localisation_summary,
    localise,
    pointing_hit,
    share_inside,
    view_box,
)


def test_what_is_added_to_all_classes_is_no_evidence():
    maps = np.random.default_rng(0).normal(size=(2, 3, 5, 5)).astype(np.float32)
    common = np.random.default_rng(1).normal(size=(2, 1, 5, 5)).astype(np.float32) * 10
    np.testing.assert_allclose(evidence(maps + common), evidence(maps), atol=1e-5)
    assert (evidence(np.repeat(common, 3, axis=1)) < 1e-5).all()


def test_density_is_one_on_average_and_zero_without_evidence():
    maps = np.zeros((1, 2, 4, 4), dtype=np.float16)
    maps[0, 0, 1, 1] = 3
    found = density(maps)
    assert found[0, 0].mean() == pytest.approx(1)
    assert found[0, 0, 1, 1] == pytest.approx(16)
    assert (density(np.zeros((1, 2, 4, 4))) == 0).all()


def test_coverage_is_the_share_of_each_cell_and_counts_overlap_once():
    box = Box("a", 0.25, 0.0, 0.5, 0.5, 1)
    found = coverage([box, box], 2, 2)
    np.testing.assert_allclose(found, [[0.5, 0], [0, 0]])
    assert coverage([Box("a", 0, 0, 1, 1, 1)], 7, 7).min() == 1
    assert coverage([box], 7, 7).mean() == pytest.approx(box.area, abs=0.01)


def test_share_and_pointing():
    heat = np.zeros((4, 4))
    heat[0, 0], heat[3, 3] = 3, 1
    box = Box("a", 0, 0, 0.5, 0.5, 1)
    assert share_inside(heat, coverage([box], 4, 4)) == 0.75
    assert pointing_hit(heat, [box])
    assert not pointing_hit(heat, [Box("a", 0.5, 0.5, 1, 1, 1)])
    assert share_inside(np.zeros((4, 4)), coverage([box], 4, 4)) == 0
    assert not pointing_hit(np.zeros((4, 4)), [box])


def test_boxes_in_the_centre_crop():
    box = Box("a", 0.0, 0.2, 0.5, 0.8, 1)
    assert view_box(box, (200, 100), "squash") is box
    seen = view_box(box, (200, 100), "centre")  # the square is x 50..150
    assert seen is not None
    assert (seen.x0, seen.y0, seen.x1, seen.y1) == pytest.approx((0, 0.2, 0.5, 0.8))
    assert view_box(Box("a", 0, 0, 0.2, 1, 1), (200, 100), "centre") is None
    tall = view_box(Box("a", 0, 0.25, 1, 0.5, 1), (100, 200), "centre")
    assert tall is not None and (tall.y0, tall.y1) == (0, 0.5)


def boxed_test_set(**boxes):
    return TestSet(
        "test",
        (Photo(None, "p.jpg"),),  # type: ignore[arg-type]
        {"p.jpg": Label("a", ("a",))},
        {"p.jpg": tuple(Box(name, *corners, 1.0) for name, corners in boxes.items())},
    )


def test_localise_counts_present_classes_with_boxes_of_at_least_two_percent():
    maps = np.zeros((1, 3, 4, 4), dtype=np.float32)
    maps[0, 0, :2, :2] = 1  # class a looks where its box is
    quarter = (0, 0, 0.5, 0.5)
    found = localise(
        maps,
        ["p.jpg"],
        ["a", "b", "c"],
        boxed_test_set(a=quarter, b=(0.5, 0.5, 1, 1), x=quarter),
        {"p.jpg": (100, 100)},
        "squash",
    )
    assert list(found["label"]) == ["a"]  # b is not among the present, x is no class
    assert found.iloc[0]["share"] == 1 and found.iloc[0]["area"] == 0.25 and found.iloc[0]["hit"]
    summary = localisation_summary(found)
    assert summary is not None
    assert summary["lift"] == 4
    assert summary["pointing"]["correct"] == 1
    small = localise(
        maps,
        ["p.jpg"],
        ["a", "b", "c"],
        boxed_test_set(a=(0, 0, 0.14, 0.14)),
        {"p.jpg": (9, 9)},
        "squash",
    )
    assert small.empty
    assert localisation_summary(small) is None


def test_even_evidence_has_a_lift_of_one():
    maps = np.zeros((1, 2, 7, 7), dtype=np.float32)
    maps[0, 0] = 1
    found = localise(
        maps,
        ["p.jpg"],
        ["a", "b"],
        boxed_test_set(a=(0.1, 0.2, 0.7, 0.6)),
        {"p.jpg": (100, 100)},
        "squash",
    )
    summary = localisation_summary(found)
    assert summary is not None and summary["lift"] == pytest.approx(1)
