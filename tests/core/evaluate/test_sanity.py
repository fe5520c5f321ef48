import numpy as np
import pytest
import torch

from core.evaluate.diagnose import randomised_head_lift
from core.evaluate.evaluate import localisation
from core.pipeline.predict import predict
from core.pipeline.setup import set_up
from tests.conftest import fast_recipe
from tests.factory import write_dataset

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def setup(tiny, tmp_path_factory):
    return set_up(fast_recipe(weights="imagenet"), tiny.root, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def redrawn_results(setup):
    return randomised_head_lift(setup, setup.network, draws=4)


def test_the_network_and_the_generator_are_left_as_they_were(setup):
    before = {name: tensor.clone() for name, tensor in setup.network.state_dict().items()}
    torch.manual_seed(7)
    state = torch.get_rng_state()
    randomised_head_lift(setup, setup.network, draws=1)
    after = setup.network.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    assert torch.equal(torch.get_rng_state(), state)


def test_each_draw_has_its_lift_and_sets_their_mean(redrawn_results):
    assert set(redrawn_results) == {"test", "test_difficult"}
    for of_set in redrawn_results.values():
        assert len(set(of_set["lifts"])) == 4
        assert of_set["lift"] == pytest.approx(np.mean(of_set["lifts"]))


def test_draws_come_from_the_seed_and_do_not_depend_on_their_number(setup, redrawn_results):
    again = randomised_head_lift(setup, setup.network, draws=2)
    assert again["test"]["lifts"] == redrawn_results["test"]["lifts"][:2]


def test_a_draw_is_the_network_with_that_head(setup):
    """The lift of the maps that the whole network gives once the weights are put into it."""
    from core.evaluate.diagnose import _randomised_head

    conv = setup.network.layers[setup.network.head_start + 1]
    fresh = _randomised_head(setup.network.head, setup.recipe.seed, 0)[1]
    bound = 1 / np.sqrt(conv.in_channels * 9)  # PyTorch's default: uniform up to this
    assert 0.95 * bound < float(fresh.weight.detach().abs().max()) <= bound
    kept = {name: tensor.clone() for name, tensor in conv.state_dict().items()}
    conv.load_state_dict(fresh.state_dict())
    photos, test_set = setup.test_photos[1], setup.dataset.test_sets[1]
    maps = predict(setup.network, photos, setup.recipe.backbone, setup.start_layer).maps
    whole = localisation(setup, test_set, maps)
    lift = randomised_head_lift(setup, setup.network, draws=1)["test_difficult"]["lift"]
    conv.load_state_dict(kept)
    assert lift == pytest.approx(whole["lift"], abs=1e-3)


def test_sets_without_boxes_are_left_out(tmp_path):
    root = write_dataset(tmp_path / "data", labelled=False).root
    bare = set_up(fast_recipe(), root, tmp_path / "runs")
    assert randomised_head_lift(bare, bare.network, draws=1) == {}


def test_a_dense_head_is_redrawn_whole(tiny, tmp_path):
    recipe = fast_recipe(weights="imagenet", head={"kind": "dense", "width": 16})
    dense = set_up(recipe, tiny.root, tmp_path)
    before = {name: tensor.clone() for name, tensor in dense.network.state_dict().items()}
    found = randomised_head_lift(dense, dense.network, draws=3)["test_difficult"]
    assert len(set(found["lifts"])) == 3
    after = dense.network.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())
    # The first draw is the network with that head.
    from core.evaluate.diagnose import _randomised_head

    fresh = _randomised_head(dense.network.head, recipe.seed, 0)
    for layer, new in zip(dense.network.head, fresh, strict=True):
        layer.load_state_dict(new.state_dict())
    photos, test_set = dense.test_photos[1], dense.dataset.test_sets[1]
    maps = predict(dense.network, photos, recipe.backbone, dense.start_layer).maps
    whole = localisation(dense, test_set, maps)
    assert found["lifts"][0] == pytest.approx(whole["lift"], abs=1e-3)
