"""core.recipe.batch: several recipes from one file."""

from __future__ import annotations

import pytest

from core.base.errors import InputError
from core.recipe.bands import band_ranges, first_trained_layer
from core.recipe.batch import (
    is_recipe_batch,
    load_recipe_batch,
    recipe_batch_names,
    recipe_without_name,
)
from core.recipe.files import load_recipe, preset_names
from core.recipe.layer_table import layer_table


@pytest.fixture
def write(tmp_path):
    def write_(text, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write_


def test_lists_of_values_give_every_combination(write):
    batch = load_recipe_batch(
        write("base: quick\nvary:\n  views_per_photo: [2, null]\n  augment.zoom.p: [0.1, 0.5]\n")
    )
    assert batch.name == "mine"
    assert batch.varied == ("views_per_photo", "augment.zoom.p")
    found = [(r.views_per_photo, r.augment.zoom.p) for r in batch.recipes]
    assert found == [(2, 0.1), (2, 0.5), (None, 0.1), (None, 0.5)]
    assert batch.recipes[2].name == "mine, views_per_photo null, augment.zoom.p 0.1"
    rest = load_recipe("quick", {"views_per_photo": 2, "augment.zoom.p": 0.1})
    assert recipe_without_name(batch.recipes[0]) == recipe_without_name(rest)


def test_named_changes_give_one_recipe_each(write):
    batch = load_recipe_batch(
        write(
            "name: rates\nbase: {name: x, batch_size: 8, bands: {0: 0, 16: 1e-3}}\nvary:\n"
            "  - {name: as it is}\n"
            "  - {name: slow, bands: {0: 0, 16: 1e-4}, seed: 3}\n"
        )
    )
    assert [r.name for r in batch.recipes] == ["rates, as it is", "rates, slow"]
    assert [r.bands[1].lr for r in batch.recipes] == [1e-3, 1e-4]
    assert [r.seed for r in batch.recipes] == [0, 3]
    assert {r.batch_size for r in batch.recipes} == {8}


def test_values_that_are_no_words_are_numbered_in_names(write):
    batch = load_recipe_batch(
        write("base: quick\nvary: {bands: [{0: 0, 16: 1e-3}, {0: 0, 17: 1e-3}]}\n")
    )
    assert [r.name for r in batch.recipes] == ["mine, bands #1", "mine, bands #2"]


def test_changes_are_made_to_every_recipe(write):
    path = write("base: quick\nvary: {bands.1.lr: [1e-4, 1e-3]}\n")
    batch = load_recipe_batch(path, {"stages.0.epochs": 1, "name": "short"})
    assert [r.stages[0].epochs for r in batch.recipes] == [1, 1]
    assert [r.bands[1].lr for r in batch.recipes] == [1e-4, 1e-3]
    assert batch.recipes[0].name == "short, bands.1.lr 0.0001"
    for key in ("bands", "bands.1.lr"):
        with pytest.raises(InputError, match=f"--set {key}: .* already varies bands.1.lr"):
            load_recipe_batch(path, {key: 1})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base: nosuch\nvary: {seed: [1]}", "base: must be a preset name"),
        ("vary: {seed: [1]}", "base: must be a preset name"),
        ("base: quick", "vary: must be `key"),
        ("base: quick\nvary: []", "vary: must be `key"),
        ("base: quick\nvary: {seed: 1}", "vary.seed: must be a list"),
        ("base: quick\nvary: {sede: [1]}", "vary: sede: unknown key"),
        ("base: quick\nvary: {bands.9.lr: [1]}", "vary: bands.9: must be a whole number"),
        ("base: quick\nvary: [{seed: 1}]", "vary.0: must be named changes"),
        (
            "base: quick\nvary: [{name: a}, {name: a, seed: 1}]",
            "vary.1: has the same name as vary.0: 'a'",
        ),
        ("base: quick\nvary: [{name: a}, {name: b, seed: -1}]", "vary.1: seed: must be from 0"),
        ("base: quick\nvary: [{name: a}, {name: b}]", "'mine, b' is the same recipe as 'mine, a'"),
        ("base: quick\nvary: {seed: [1, 1]}", "is the same recipe as"),
        ("base: quick\nvary: {seed: [1]}\nseeds: [1]", "seeds: unknown key"),
        (
            "base: quick\nvary: {seed: [" + "1, " * 20 + "], batch_size: [" + "2, " * 20 + "]}",
            "400 combinations",
        ),
    ],
)
def test_errors_name_the_file_and_the_entry(write, text, message):
    path = write(text)
    with pytest.raises(InputError) as error:
        load_recipe_batch(path)
    assert str(error.value).startswith(str(path)) and message in str(error.value)


def test_a_batch_is_told_from_a_recipe(write):
    assert is_recipe_batch("first-trained-layer")
    assert not is_recipe_batch("quick")
    assert not is_recipe_batch("nosuch")
    assert not is_recipe_batch("long" * 100)
    assert not is_recipe_batch(write("name: plain\n"))
    assert is_recipe_batch(write("base: quick\nvary: 3\n"))
    assert not set(recipe_batch_names()) & set(preset_names())


@pytest.mark.parametrize("name", recipe_batch_names())
def test_the_ready_made_batches_can_be_read(name):
    assert len(load_recipe_batch(name).recipes) > 1


def test_first_trained_layer_begins_at_another_layer_each_time_and_with_looks_good():
    recipes = load_recipe_batch("first-trained-layer").recipes
    count = len(layer_table("efficientnet_lite0", 32))
    assert [first_trained_layer(band_ranges(r.bands, count)) for r in recipes] == [
        0,
        3,
        5,
        7,
        10,
        13,
        17,
        20,
    ]
    assert recipe_without_name(recipes[0]) == recipe_without_name(load_recipe("looks-good"))
