"""Every preset and every recipe of the ready-made batches trains."""

from __future__ import annotations

import pytest

from core.batch import batch_names, load_batch
from core.evaluate.verdict import MEANINGS
from core.recipe import Recipe
from core.recipe_file import load_recipe, preset_names
from core.store.run import create_run
from core.train.execute import execute
from tests.conftest import fixed_clock
from tests.factory import write_dataset


def two_epochs(recipe: Recipe) -> Recipe:
    """The recipe on small photos from random weights, its first and last stage an epoch each."""
    ends = [
        stage.model_copy(
            update={"epochs": 1, "cycles": None, "cycle_len": None, "cycle_mult": None}
        )
        for stage in (recipe.stages[0], recipe.stages[-1])
    ]
    small = {"weights": "none", "image_size": 64, "stages": tuple(ends)}
    return recipe.model_copy(update=small)


@pytest.fixture(scope="module")
def twelve_photos(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data") / "twelve")


def trains(recipe: Recipe, data, folder) -> None:
    run = create_run(folder, recipe, data.root, fixed_clock)
    execute(run, fixed_clock)
    assert run.status().state == "done"
    assert len(run.history()) == 2
    summary = run.summary()
    assert summary and summary["verdict"] in MEANINGS
    splits = set(run.predictions("plain")["split"])
    assert {"validation", *(test.name for test in data.test_sets)} <= splits
    assert run.class_maps() is not None


@pytest.mark.parametrize("name", preset_names())
def test_two_epochs_of_every_preset(name, twelve_photos, tmp_path):
    assert len(twelve_photos.train) == 12
    trains(two_epochs(load_recipe(name)), twelve_photos, tmp_path)


def test_the_eight_rows_are_the_articles():
    rows = {
        recipe.name.removeprefix("keras-eight-rows, "): recipe
        for recipe in load_batch("keras-eight-rows").recipes
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
    for name in batch_names():
        assert len(load_batch(name).recipes) > 1
