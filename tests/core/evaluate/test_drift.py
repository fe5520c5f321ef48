import copy
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.evaluate.drift import COLUMNS, debiased_cka, drift, relative_change
from core.jobs.tasks.train_run import run_training
from core.pipeline.setup import set_up
from core.pipeline.views import normalise
from core.store.run import create_run
from tests.conftest import fast_recipe, fixed_clock

pytestmark = pytest.mark.slow

# A backbone that moves, from pretrained weights.
MOVING = {"weights": "imagenet", "bands": {0: 0, 13: 1e-2, 18: 0, 19: 1e-2}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def setup(tiny, runs):
    return set_up(fast_recipe(**MOVING, precision="float32"), tiny.root, runs)


@pytest.fixture(scope="module")
def moved(setup):
    """The network with one layer's weights doubled, another's statistics shifted, a new head."""
    network = copy.deepcopy(setup.network)
    with torch.no_grad():
        for weight in network.layers[14].parameters():
            weight.mul_(2)
        network.layers[17].bn1.running_mean.add_(3)
        network.layers[21].weight.normal_(0, 1)
    return network


@pytest.fixture(scope="module")
def untrained(setup):
    return drift(setup, setup.network)


@pytest.fixture(scope="module")
def drift_table(setup, moved, untrained):  # after `untrained`, whose start it reads from disk
    return drift(setup, moved).set_index("layer")


def test_without_training_nothing_drifts(setup, untrained):
    found = untrained
    assert tuple(found.columns) == COLUMNS
    assert list(found["layer"]) == list(range(27))
    with_weights = [bool(list(layer.parameters())) for layer in setup.network.layers]
    assert list(found["weights"].isna()) == [not has for has in with_weights]
    assert (found["weights"].dropna() == 0).all()
    assert found["statistics"].notna().sum() == 18  # bn1, 16 blocks, bn2
    assert (found["statistics"].dropna() == 0).all()
    assert (found["cka"] == 1).all()


def test_who_trains_and_what_is_compared_with(drift_table):
    assert list(drift_table.index[drift_table["trained"]]) == [13, 14, 15, 16, 17, *range(19, 27)]
    assert set(drift_table["reference"][:20]) == {"pretrained"}
    assert set(drift_table["reference"][20:]) == {"random start"}
    assert drift_table["name"][21] == "class_map"


def test_what_moved_shows_where_it_moved(setup, drift_table):
    assert setup.start_layer == 13
    assert drift_table["weights"][14] == pytest.approx(1)
    assert drift_table["weights"][21] > 1
    others = drift_table["weights"].drop([14, 21]).dropna()
    assert (others == 0).all()
    norm = setup.network.layers[17].bn1
    assert drift_table["statistics"][17] > 0
    assert (drift_table["statistics"].drop(17).dropna() == 0).all()
    whole = math.sqrt(
        sum(
            float(m.running_mean.double().square().sum() + m.running_var.double().sum())
            for m in (norm, setup.network.layers[17].bn2, setup.network.layers[17].bn3)
        )
    )
    expected = 3 * math.sqrt(len(norm.running_mean)) / whole
    assert drift_table["statistics"][17] == pytest.approx(expected, rel=1e-4)
    assert (drift_table["cka"][:14] == 1).all()
    assert (drift_table["cka"][14:] < 1).all()


@torch.no_grad()
def test_cka_is_of_the_layers_averaged_outputs_over_all_photos(setup, moved, drift_table):
    """Against the networks run on the photos in one go, layer by layer, the head too."""
    pixels = [setup.training_photos().pixels, *(photos.pixels for photos in setup.test_photos)]
    photos = torch.cat(pixels)
    assert len(photos) == 12 + 3 + 6
    x = normalise(photos.float() / 255, "efficientnet_lite0")
    y = x.clone()
    for index in range(27):
        x = setup.network.layers[index].eval()(x)
        y = moved.layers[index].eval()(y)
        one, two = (z.mean((2, 3)) if z.ndim == 4 else z for z in (x, y))
        expected = debiased_cka(one.numpy(), two.numpy())
        assert drift_table["cka"][index] == pytest.approx(expected, abs=2e-3), index
        if index >= 14:
            assert expected < 0.9999


def test_the_starts_outputs_are_computed_once_for_all_seeds_and_splits(tiny, untrained, runs):
    recipe = fast_recipe(**MOVING, precision="float32", seed=1, split__seed=7)
    other = set_up(recipe, tiny.root, runs)
    other.training_photos()
    before = other.features.cache.misses
    found = drift(other, other.network)
    assert other.features.cache.misses == before
    assert (found["cka"] == 1).all()  # with the head of its own seed


def test_the_starts_outputs_of_other_photos_are_not_taken_for_these(setup, untrained):
    """Test photos that were replaced under the same names."""
    prints = copy.deepcopy(setup.fingerprints)
    prints["test_sets"]["test"]["photos"] = "others"
    other = replace(setup, fingerprints=prints)
    before = setup.features.cache.misses
    drift(other, other.network)
    assert setup.features.cache.misses > before


@pytest.fixture(scope="module")
def random_setup(tiny, runs):
    """Random weights, and frozen layers whose batch norms go on moving."""
    return set_up(fast_recipe(frozen_bn="train"), tiny.root, runs)


def test_a_random_start_is_the_runs_own(random_setup):
    torch.manual_seed(3)
    state = torch.get_rng_state()
    found = drift(random_setup, random_setup.network)
    assert torch.equal(torch.get_rng_state(), state)
    assert (found["weights"].dropna() == 0).all()
    assert (found["cka"].dropna() == 1).all() and found["cka"][:20].notna().all()
    assert set(found["reference"]) == {"random start"}
    other = replace(random_setup, recipe=fast_recipe(frozen_bn="train", seed=1))
    weights = drift(other, random_setup.network)["weights"]
    assert all(weights[index] > 0.5 for index in (0, *range(2, 19), 21))  # all but lone batch norms


def test_statistics_of_frozen_layers_that_move_show(random_setup):
    network = copy.deepcopy(random_setup.network)
    network.train()
    with torch.no_grad():
        network(torch.rand(4, 3, 64, 64))
    found = drift(random_setup, network)
    assert (found["weights"].dropna() == 0).all()
    assert (found["statistics"].dropna() > 0.001).all()
    assert not found["trained"][:16].any()
    assert found["cka"][3] < 1


def test_a_finished_run_drifted_where_it_trained(tiny, runs, monkeypatch):
    monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *args: None)
    recipe = fast_recipe(augment__blur=None, views_per_photo=1)
    run = create_run(runs, recipe, tiny.root, fixed_clock)
    run_training(run, fixed_clock)
    setup = set_up(recipe, tiny.root, runs)
    assert (drift(setup, setup.network)["cka"].dropna() == 1).all()
    setup.network.load_state_dict(load_file(run.path / "weights.safetensors"), strict=False)
    found = drift(setup, setup.network)
    moved = found["weights"] > 0
    assert list(found.index[moved]) == [16, 17, 18, 19, 21]  # those that train and have weights
    assert (found["statistics"][16:20].dropna() > 0).all()
    assert found["statistics"][:16].sum() == 0
    assert (found["cka"][16:] < 1).all() and (found["cka"][:16] == 1).all()


def test_relative_change():
    one = [torch.tensor([3.0, 0.0]), torch.tensor([4.0])]
    two = [torch.tensor([3.0, 2.0]), torch.tensor([4.0])]
    assert relative_change(two, one) == pytest.approx(0.4)
    assert math.isnan(relative_change([], []))
    assert math.isnan(relative_change([torch.ones(2)], [torch.zeros(2)]))
    assert np.isfinite(relative_change(one, two))


@torch.no_grad()
def test_a_dense_heads_layers_are_compared_like_any(tiny, runs):
    """Against the networks run on the photos in one go."""
    recipe = fast_recipe(**MOVING, precision="float32", head={"kind": "dense", "width": 16})
    setup = set_up(recipe, tiny.root, runs)
    network = copy.deepcopy(setup.network)
    for weight in network.layers[14].parameters():
        weight.mul_(2)
    network.head[2].weight.normal_(0, 1)
    found = drift(setup, network).set_index("layer")
    assert list(found["name"][20:]) == [
        "pool",
        "flatten",
        "hidden",
        "relu",
        "logits",
        "log_softmax",
    ]
    assert found["weights"][22] > 1 and found["weights"][24] == 0
    pixels = [setup.training_photos().pixels, *(photos.pixels for photos in setup.test_photos)]
    x = y = normalise(torch.cat(pixels).float() / 255, "efficientnet_lite0")
    y = y.clone()
    for index in range(26):
        x = setup.network.layers[index].eval()(x)
        y = network.layers[index].eval()(y)
        one, two = (z.mean((2, 3)) if z.ndim == 4 else z for z in (x, y))
        expected = debiased_cka(one.numpy(), two.numpy())
        assert found["cka"][index] == pytest.approx(expected, abs=2e-3), index
