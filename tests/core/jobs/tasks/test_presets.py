"""Every preset and every recipe of the ready-made batches trains."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.rules import MEANINGS
from core.jobs.tasks.train_run import run_training
from core.recipe.batch import load_recipe_batch, recipe_batch_names
from core.recipe.files import load_recipe, preset_names
from core.recipe.schema import Recipe
from core.store.run import Run, create_run
from tests.conftest import fixed_clock
from tests.factory import write_dataset

pytestmark = pytest.mark.slow

DIAGNOSED = ("quick", "looks-good", "keras-imagenet")  # both kinds of head, much and little frozen


def two_epochs(recipe: Recipe) -> Recipe:
    """The recipe on the smallest photos from random weights; an epoch of its first and last stage
    each."""
    once = {"epochs": 1, "cycles": None, "cycle_len": None, "cycle_mult": None}
    ends = [
        stage.model_copy(update=once) if stage.by_gradients else stage
        for stage in (recipe.stages[0], recipe.stages[-1])
    ]
    small = {"weights": "none", "image_size": 32, "stages": tuple(ends)}
    return recipe.model_copy(update=small)


@pytest.fixture(scope="module")
def twelve_photos(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "twelve")


def train_and_check(recipe: Recipe, data, folder) -> Run:
    run = create_run(folder, recipe, data.root, fixed_clock)
    run_training(run, fixed_clock)
    assert run.status().state == "done"
    history, maps = run.history(), run.class_maps()
    assert len(history) == 2
    assert np.isfinite(history[["train_loss", "val_loss"]]).all(axis=None)
    assert maps is not None
    for test in data.test_sets:
        answers = maps.log_probs[test.name][-1]
        assert len(answers) == len(test.photos)
        np.testing.assert_allclose(np.exp(answers).sum(axis=1), 1, atol=1e-4)
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One folder, so that presets with the same frozen layers share their features."""
    return tmp_path_factory.mktemp("runs")


@pytest.mark.usefixtures("reduced_diagnosis")
@pytest.mark.parametrize("name", DIAGNOSED)
def test_two_epochs_and_a_verdict(name, twelve_photos, runs):
    assert len(twelve_photos.train) == 12
    run = train_and_check(two_epochs(load_recipe(name)), twelve_photos, runs)
    summary = run.summary()
    assert summary and summary["verdict"] in MEANINGS
    splits = set(run.predictions("plain")["split"])
    assert {"validation", *(test.name for test in twelve_photos.test_sets)} <= splits


@pytest.mark.parametrize("name", sorted(set(preset_names()) - set(DIAGNOSED)))
def test_two_epochs_of_every_other_preset(name, twelve_photos, runs, monkeypatch):
    """The diagnosis knows no presets: test_every_key.py has every backbone and head diagnosed."""
    monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *args: None)
    train_and_check(two_epochs(load_recipe(name)), twelve_photos, runs)


def test_the_eight_rows_are_the_articles():
    rows = {
        recipe.name.removeprefix("keras-eight-rows, "): recipe
        for recipe in load_recipe_batch("keras-eight-rows").recipes
    }
    assert len(rows) == 8
    for name, recipe in rows.items():
        scratch = name.startswith("from scratch")
        assert (recipe.weights == "none") is scratch
        assert (recipe.bands[0].lr > 0) is scratch
        augmented = name.endswith(("both", "augmentation only"))
        assert (recipe.augment.rotate is not None) is augmented
        assert (recipe.augment.erase is not None) is augmented
        assert (recipe.augment.mixup == 1.0) is name.endswith(("both", "mixup only"))
    for preset, row in (("keras-imagenet", "ImageNet"), ("keras-scratch", "from scratch")):
        named = rows[f"{row}: both"].model_copy(update={"name": preset})
        assert named == load_recipe(preset)


def test_every_ready_made_batch_can_be_read():
    for name in recipe_batch_names():
        assert len(load_recipe_batch(name).recipes) > 1
