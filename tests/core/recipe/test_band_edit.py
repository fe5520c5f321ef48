"""What the strip of layers and its keys do to the bands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.recipe.draft import (
    LR_STEPS,
    remove_band,
    split_longest_band,
    step_lr,
    toggle_band_start,
)
from core.recipe.files import load_recipe, recipe_dict, recipe_from_dict

QUICK = recipe_dict(load_recipe("quick"))["bands"]
LAYERS = 27


def pairs(bands):
    return [(band["from"], band["lr"]) for band in bands]


def test_a_band_cut_from_a_frozen_one_trains_more_slowly_than_the_next():
    assert pairs(toggle_band_start(QUICK, 13))[:3] == [(0, 0.0), (13, 3e-4), (16, 1e-3)]


def test_a_band_cut_from_one_that_trains_keeps_its_rate():
    assert pairs(toggle_band_start(QUICK, 20))[-2:] == [(18, 1e-2), (20, 1e-2)]


def test_a_first_layer_ends_its_band_and_layer_0_stays():
    assert pairs(toggle_band_start(QUICK, 17)) == [(0, 0.0), (16, 1e-3), (18, 1e-2)]
    assert toggle_band_start(QUICK, 0) == QUICK


def test_where_nothing_trains_a_cut_begins_at_a_usual_rate():
    assert pairs(toggle_band_start([{"from": 0, "lr": 0.0}], 5)) == [(0, 0.0), (5, 1e-3)]


def test_a_rate_that_cannot_be_read_is_left_alone():
    bands = [{"from": 0, "lr": 0.0}, {"from": 5, "lr": "fast"}]
    assert pairs(toggle_band_start(bands, 3)) == [(0, 0.0), (3, 1e-3), (5, "fast")]


def test_rates_are_stepped_to_the_next_round_one():
    assert pairs(step_lr(QUICK, 22, up=True))[-1] == (18, 3e-2)
    assert pairs(step_lr(QUICK, 3, up=True))[0] == (0, LR_STEPS[1])
    assert step_lr(QUICK, 3, up=False) == QUICK
    between = [{"from": 0, "lr": 2e-4}]
    assert pairs(step_lr(between, 9, up=True)) == [(0, 3e-4)]
    assert pairs(step_lr(between, 9, up=False)) == [(0, 1e-4)]
    top = [{"from": 0, "lr": 5.0}]
    assert step_lr(top, 0, up=True) == top


def test_the_longest_band_is_split_and_any_but_the_first_can_go():
    assert [first for first, _ in pairs(split_longest_band(QUICK, LAYERS))] == [0, 8, 16, 17, 18]
    assert pairs(remove_band(QUICK, 1)) == [(0, 0.0), (17, 3e-3), (18, 1e-2)]


@given(st.lists(st.tuples(st.integers(0, LAYERS - 1), st.sampled_from(["cut", "up", "down"]))))
def test_whatever_is_pressed_leaves_bands_that_a_recipe_takes(presses):
    bands = QUICK
    for layer, what in presses:
        if what == "cut":
            bands = toggle_band_start(bands, layer)
        else:
            bands = step_lr(bands, layer, up=what == "up")
    recipe_from_dict({"bands": bands})
