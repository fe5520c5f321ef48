import numpy as np
import pandas as pd
import pytest

from core.pipeline.setup import set_up
from core.train.lr_finder import (
    HIGHEST,
    LOWEST,
    STEPS,
    find_lr,
    lr_at_step,
    lr_range_test,
    steepest,
    suggest,
)
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow


def curve(drop_at: float, noise: int = 0) -> pd.DataFrame:
    """A loss that falls around a rate and explodes two decades later."""
    lr = np.array([lr_at_step(step) for step in range(STEPS)])
    fall = 2 / (1 + (lr / drop_at) ** 2)
    smoothed = fall + 0.2 + (lr / (100 * drop_at)) ** 2
    return pd.DataFrame({"lr": lr, "loss": smoothed, "smoothed": smoothed})


def test_the_rates_are_the_articles():
    assert lr_at_step(0) == LOWEST == 1e-5
    assert lr_at_step(STEPS - 1) == pytest.approx(HIGHEST)
    assert lr_at_step(50) / lr_at_step(49) == pytest.approx(lr_at_step(1) / lr_at_step(0))


def test_the_steepest_fall_is_found():
    found = steepest(*curve(1e-3)[["lr", "smoothed"]].to_numpy().T)
    assert found == pytest.approx(1e-3, rel=0.3)


def test_a_single_high_first_batch_is_no_fall():
    """The average begins with it alone, and falls at once when others join."""
    lr, smoothed = curve(1e-3)[["lr", "smoothed"]].to_numpy().T
    smoothed = smoothed + np.pad([0.4, 0.1, 0.02], (0, STEPS - 3))
    assert steepest(lr, smoothed) == pytest.approx(1e-3, rel=0.3)


@pytest.mark.parametrize(
    ("drops", "confidence"),
    [
        ([1e-3, 1.5e-3, 1e-3], "good"),
        ([1e-3, 4e-3, 6e-3], "fair"),
        ([1e-4, 1e-2, 1e-3], "cannot tell"),
    ],
)
def test_confidence_is_how_far_the_searches_agree(drops, confidence):
    found = suggest([curve(drop) for drop in drops])
    assert found.confidence == confidence
    assert (found.lr is None) == (confidence == "cannot tell")
    assert found.low is not None and found.low == pytest.approx(min(drops), rel=0.3)
    if found.lr is not None:
        assert found.lr == pytest.approx(sorted(drops)[1], rel=0.3)


def test_a_flat_curve_is_no_answer():
    flat = curve(1e-3).assign(smoothed=1.8)
    assert suggest([flat, flat, flat]).confidence == "cannot tell"
    assert "hardly fell" in suggest([flat, flat, flat]).why
    assert suggest([flat, curve(1e-3), curve(1e-3)]).confidence == "fair"


def test_a_search_repeats_the_photos_and_is_the_same_again(tiny, tmp_path):
    setup = set_up(fast_recipe(image_size=32), tiny.root, tmp_path)
    before = {name: tensor.clone() for name, tensor in setup.network.state_dict().items()}
    told = []
    curves, suggestion = find_lr(setup, head_inits=2, on_search=told.append)
    again = lr_range_test(setup, 1)
    pd.testing.assert_frame_equal(
        curves[curves["start"] == 1].drop(columns="start").reset_index(drop=True), again
    )
    assert told == [0, 1]
    assert suggestion.confidence in ("good", "fair", "cannot tell")
    one = curves[curves["start"] == 0]
    assert len(one) > 20  # far more batches than one pass over the photos has
    assert not one["loss"].equals(curves[curves["start"] == 1]["loss"])
    after = setup.network.state_dict()
    assert all((after[name] == tensor).all() for name, tensor in before.items())
