"""The linear probe, LP-FT and WiSE-FT, on one short run with random weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.base.errors import RecipeError
from core.evaluate.controls import LinearHead
from core.jobs.tasks.train_run import run_training
from core.model.network import load_weights
from core.pipeline.predict import backbone_features, predict
from core.pipeline.setup import set_up
from core.recipe.bands import band_ranges, parameter_groups
from core.recipe.files import load_recipe, recipe_from_dict
from core.store.run import create_run
from core.train.checkpoint import load_checkpoint, save_checkpoint
from core.train.loop import fit, interpolate_weights
from tests.conftest import FAST_CHANGES, fixed_clock

FAST = {key: FAST_CHANGES[key] for key in ("weights", "image_size", "batch_size")}
FAST |= {"split.validation": 0.4, "seed": 3}
SHORT = FAST | {"stages.1": {"train": "bands", "epochs": 1}, "views_per_photo": 1}


class _Quiet:
    """A listener that keeps the last state."""

    def on_batch(self, row):
        pass

    def on_epoch(self, row, train_state):
        self.state = train_state


class _Stopping(_Quiet):
    def __init__(self, epochs):
        self.epochs = epochs

    def on_epoch(self, row, train_state):
        super().on_epoch(row, train_state)
        if train_state.epochs_done == self.epochs:
            raise KeyboardInterrupt


def _fit(folder, recipe, data):
    """Every tensor after a training."""
    setup = set_up(recipe, data, folder)
    arguments = (setup.network, recipe, setup.inputs, setup.validation, _Quiet())
    fit(*arguments, plain_photos=setup.plain_training_photos)
    return {name: tensor.clone() for name, tensor in setup.network.state_dict().items()}


@pytest.mark.slow
def test_wise_ft_at_0_and_1_is_the_probes_and_the_fine_tuned_network(tiny, tmp_path):
    probe = _fit(tmp_path, load_recipe("probe", FAST), tiny.root)
    tuned = _fit(tmp_path, load_recipe("lp-ft", SHORT), tiny.root)
    assert any(not torch.equal(probe[name], tuned[name]) for name in probe)
    for alpha, wanted in ((0.0, probe), (1.0, tuned)):
        recipe = load_recipe("wise-ft", SHORT | {"stages.2.alpha": alpha})
        found = _fit(tmp_path, recipe, tiny.root)
        assert all(torch.equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.slow
@pytest.mark.usefixtures("reduced_diagnosis")
def test_a_probe_is_a_run_and_answers_as_the_control(tiny, tmp_path):
    recipe = load_recipe("probe", FAST)
    run = create_run(tmp_path, recipe, tiny.root, fixed_clock)
    run_training(run, fixed_clock)
    assert list(run.history()["epoch"]) == [1] and len(run.batches()) == 1
    assert run.diagnosis()["finding"]
    setup = set_up(recipe, tiny.root, tmp_path, to_train=False)
    load_weights(run.path, setup.network, recipe)
    photos = setup.plain_training_photos()
    labels = np.array([setup.network.classes.index(name) for name in photos.primary])

    def features(of_set):
        whole = replace(of_set, features=None)
        return backbone_features(setup.network, whole, recipe.backbone).numpy()

    head = LinearHead(features(photos), labels)
    for of_set in (setup.validation, *setup.test_photos):
        expected = head.predict(features(of_set))
        found = predict(setup.network, of_set, recipe.backbone, setup.start_layer)
        np.testing.assert_allclose(found.log_probs, expected.log_probs, atol=1e-2)
        assert (found.log_probs.argmax(1) == expected.log_probs.argmax(1)).all()
        np.testing.assert_allclose(found.maps, expected.maps, atol=5e-2, rtol=1e-2)


@pytest.mark.slow
def test_wise_ft_resumes_to_the_same_bits(tiny, tmp_path):
    """Stopped within the fine-tuning: the probe's weights come from the checkpoint."""
    recipe = load_recipe("wise-ft", SHORT | {"stages.1.epochs": 2, "stages.2.alpha": 0.3})
    whole = _fit(tmp_path / "whole", recipe, tiny.root)
    setup, listener = set_up(recipe, tiny.root, tmp_path / "whole"), _Stopping(2)
    arguments = (setup.network, recipe, setup.inputs, setup.validation)
    with pytest.raises(KeyboardInterrupt):
        fit(*arguments, listener, plain_photos=setup.plain_training_photos)
    save_checkpoint(tmp_path, setup.network, recipe, listener.state, 2)
    again = set_up(recipe, tiny.root, tmp_path / "whole")
    state = load_checkpoint(tmp_path, again.network, recipe)
    arguments = (again.network, recipe, again.inputs, again.validation, _Quiet(), state)
    fit(*arguments, plain_photos=again.plain_training_photos)
    ended = again.network.state_dict()
    assert all(torch.equal(ended[name], whole[name]) for name in whole)


def test_averages_are_exact_at_the_ends():
    torch.manual_seed(0)
    one, two = torch.randn(1000), torch.randn(1000)
    start, end = ({"w": w, "n": torch.tensor(n)} for w, n in ((one, 1), (two, 9)))
    assert torch.equal(interpolate_weights(start, end, 0.0)["w"], one)
    assert torch.equal(interpolate_weights(start, end, 1.0)["w"], two)
    middle = interpolate_weights(start, end, 0.5)
    torch.testing.assert_close(middle["w"], (one + two) / 2)
    assert middle["n"] == 9 and interpolate_weights(start, end, 0.4)["n"] == 1


def test_layer_decay_counts_layers_with_weights_from_the_head():
    layers = torch.nn.ModuleList(
        [torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)]
    )
    recipe = recipe_from_dict({"bands": {0: 1e-2}, "layer_decay": 0.5})
    groups = parameter_groups(layers, band_ranges(recipe.bands, 4), 3, recipe.layer_decay)
    assert [group["base_lr"] for group in groups] == pytest.approx([2.5e-3, 5e-3, 1e-2])
    frozen = recipe_from_dict({"bands": {0: 0, 2: 1e-2}, "layer_decay": 0.5})
    groups = parameter_groups(layers, band_ranges(frozen.bands, 4), 3, frozen.layer_decay)
    assert [group["base_lr"] for group in groups] == pytest.approx([5e-3, 1e-2])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"stages": [{"train": "wise_ft"}]}, "wise_ft needs an earlier stage"),
        ({"stages": [{"train": "probe", "epochs": 3}]}, "train: probe takes no epochs or rates"),
        (
            {"stages": [{"train": "probe", "alpha": 0.5}]},
            "alpha can only be used with train: wise_ft",
        ),
        (
            {"stages": [{"train": "probe"}], "head": {"kind": "dense"}},
            "requires the class-map head",
        ),
        ({"layer_decay": 2}, "layer_decay: must be from 0.05 to 1"),
    ],
)
def test_what_does_not_fit_is_refused(data, message):
    with pytest.raises(RecipeError, match=message):
        recipe_from_dict(data)
