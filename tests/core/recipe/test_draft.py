"""Reading a recipe that somebody gave, what differs, and taking one key back."""

from __future__ import annotations

import pytest

from core.base.errors import InputError, RecipeError
from core.recipe.draft import (
    decode_changes,
    decode_recipe,
    encode_changes,
    list_changes,
    parse_uploaded_recipe,
    revert_key,
)
from core.recipe.files import load_recipe, preset_names, recipe_dict, recipe_from_dict, recipe_yaml

QUICK = recipe_dict(load_recipe("quick"))


@pytest.mark.parametrize("preset", preset_names())
def test_a_saved_recipe_is_read_as_it_was(preset):
    recipe = load_recipe(preset)
    assert parse_uploaded_recipe("mine.yaml", recipe_yaml(recipe).encode()) == recipe


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"bands:\n  - {from: 0, lr: fast}", "mine.yaml: bands.0.lr: must be a number"),
        (b"batchsize: 8", "mine.yaml: batchsize: unknown key (did you mean batch_size?)"),
        (b"- a\n- b", "mine.yaml: must be a list of `key: value` lines"),
        (b"a: [", "mine.yaml: not a readable YAML file"),
        (b"\xff\xfe", "mine.yaml: not UTF-8"),
        (b"#" * 1_000_001, "mine.yaml: larger than 1 MB"),
        (b"base: quick\nvary: {seed: [1, 2]}", "mine.yaml: a batch of recipes"),
    ],
)
def test_a_file_that_is_no_recipe_is_one_line_that_names_it(data, words):
    with pytest.raises(InputError) as error:
        parse_uploaded_recipe("mine.yaml", data)
    assert str(error.value).startswith(words)
    assert "\n" not in str(error.value)


def edited(**parts):
    return recipe_dict(recipe_from_dict({**QUICK, **parts}))


def test_only_keys_that_differ_are_told_and_the_name_is_none():
    other = edited(name="mine", batch_size=8, augment={**QUICK["augment"], "zoom": None})
    assert list_changes(QUICK, other) == [
        ("augment.zoom", "range 1 to 1.5, p 0.75", "off"),
        ("batch_size", "16", "8"),
    ]
    assert list_changes(QUICK, edited(name="mine")) == []


def test_what_a_stage_has_of_its_own_is_told():
    stages = [
        {**QUICK["stages"][0], "keep": "best", "optimizer": {"name": "adam"}},
        QUICK["stages"][1],
    ]
    ((key, _, new),) = list_changes(QUICK, edited(stages=stages))
    assert key == "stages"
    assert new.startswith("head: 5 epochs, keeps the best, adam 0.9 0;")


@pytest.mark.parametrize(
    "parts",
    [
        {"batch_size": 8},
        {"augment": {**QUICK["augment"], "zoom": None, "blur": {"size": 3}}},
        {"head": {"kind": "class_map", "dropout": {"logits": 0.5, "features": 0}}},
        {"head": {"kind": "dense", "width": 32}},
        {"split": {"method": "kfold", "folds": 3, "fold": 1}},
        {"split": {"method": "holdout", "validation": 0.4, "seed": 3}},
        {"optimizer": {"name": "adam", "weight_decay": 1e-3}},
        {"bands": [{"from": 0, "lr": 1e-3}]},
    ],
)
def test_keys_taken_back_one_by_one_lead_to_the_base(parts):
    now = edited(**parts)
    for _ in range(20):
        found = list_changes(QUICK, now)
        if not found:
            break
        back = revert_key(QUICK, now, found[-1][0])
        now = recipe_dict(recipe_from_dict({**now, **back}))  # each step is a recipe
    assert now == QUICK


def test_a_backbone_is_taken_back_with_its_bands_and_stride():
    other = recipe_dict(recipe_from_dict({"backbone": "vgg16"}))
    back = revert_key(QUICK, other, "backbone")
    assert recipe_from_dict({**other, **back}) == load_recipe("quick")


@pytest.mark.parametrize("preset", preset_names())
def test_a_link_carries_what_differs(preset):
    other = recipe_dict(load_recipe(preset))
    link = encode_changes(QUICK, other)
    assert {**QUICK, **(decode_changes(load_recipe("quick"), link) if link else {})} == other
    assert encode_changes(other, other) == ""


@pytest.mark.parametrize(
    "parts",
    [
        {"backbone": "vgg16", "bands": QUICK["bands"]},
        {"backbone": "resnet18", "map_stride": 32},
        {"head": {"kind": "dense", "width": 32}, "optimizer": {"name": "rmsprop"}},
        {"split": {"method": "csv", "column": "fold", "fold": 1}, "augment": {"mixup": 0.02}},
    ],
)
def test_a_link_carries_a_whole_recipe(parts):
    recipe, quick = recipe_from_dict(parts), load_recipe("quick")
    assert decode_recipe(quick, encode_changes(QUICK, recipe_dict(recipe))) == recipe


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ('{"batch_size":', "the recipe in the link is cut off"),
        ("[1]", "the recipe in the link must contain recipe keys"),
        ('{"batch_size": 1e9}', "batch_size: must be"),
        ('{"bands": [{"from": 0, "lr": NaN}]}', "bands.0.lr: must be"),
        ('{"nothing": 1}', "nothing: unknown key"),
    ],
)
def test_a_link_that_was_changed_is_one_line(link, words):
    with pytest.raises(RecipeError, match=words):
        decode_changes(load_recipe("quick"), link)
