"""What the strip of layers is drawn from."""

from __future__ import annotations

import json

import pytest

from core.base import palette
from core.recipe.files import load_recipe, recipe_dict, recipe_from_dict
from core.recipe.layer_table import BACKBONES
from core.views.layer_strip import strip_data, strip_layers, trained_text

QUICK = recipe_dict(load_recipe("quick"))


def test_every_layer_has_its_fields_and_every_band_its_colour():
    layers = strip_layers(QUICK, 6)
    data = strip_data(layers, QUICK)
    assert len(data["layers"]) == 27
    stem = data["layers"][0]
    assert (stem["name"], stem["shape"], stem["params"]) == ("conv_stem", "32 × 112 × 112", 864)
    assert [layer["head"] for layer in data["layers"]].index(True) == 20
    assert [(band["first"], band["last"], band["rate"]) for band in data["bands"]] == [
        (0, 15, "frozen"),
        (16, 16, "1e-3"),
        (17, 17, "3e-3"),
        (18, 26, "1e-2"),
    ]
    assert [band["frozen"] for band in data["bands"]] == [True, False, False, False]
    assert data["bands"][1]["colour"] == palette.lr_colour(1e-3)
    json.dumps(data)


def test_dropout_is_drawn_where_it_acts():
    layers = strip_data(strip_layers(QUICK, 6), QUICK)["layers"]
    drops = {layer["name"]: layer["dropout"] for layer in layers if layer["dropout"] is not None}
    assert drops == {"dropout_features": 0.05, "dropout_class_map": 0.1, "dropout_logits": 0.3}
    dense = {**QUICK, "head": {"kind": "dense", "width": 16}}
    assert {layer["dropout"] for layer in strip_data(strip_layers(dense, 6), dense)["layers"]} == {
        None
    }


def test_heights_grow_with_the_weights_and_layers_without_any_are_low():
    data = strip_data(strip_layers(QUICK, 6), QUICK)["layers"]
    assert max(layer["height"] for layer in data) == 1
    by_weights = sorted(data, key=lambda layer: layer["params"])
    assert [layer["height"] for layer in by_weights] == sorted(layer["height"] for layer in data)
    assert {layer["height"] for layer in data if not layer["params"]} == {0.12}


@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_backbone_has_a_strip(backbone):
    recipe = recipe_dict(recipe_from_dict({"backbone": backbone}))
    data = strip_data(strip_layers(recipe, 6), recipe)
    assert data["bands"][0]["frozen"]
    assert data["bands"][-1]["last"] == len(data["layers"]) - 1


def test_bands_that_are_not_right_yet_are_drawn_as_far_as_they_can_be():
    bands = [
        {"from": 0, "lr": 0.0},
        {"from": 16, "lr": "fast"},
        {"from": 16, "lr": 1e-2},
        {"from": 12, "lr": -1.0},
    ]
    data = strip_data(strip_layers(QUICK, 6), {**QUICK, "bands": bands})
    assert [(band["first"], band["rate"]) for band in data["bands"]] == [
        (0, "frozen"),
        (12, "?"),
        (16, "1e-2"),
    ]


def test_trained_weights_are_counted_over_all_stages():
    recipe = load_recipe("quick")
    assert trained_text(recipe, strip_layers(QUICK, 6)) == (
        "1.6 million of 3.4 million weights trained (45%)"
    )
    head = load_recipe("quick", {"stages": [{"train": "head", "epochs": 1}]})
    assert (
        trained_text(head, strip_layers(QUICK, 6))
        == "69 thousand of 3.4 million weights trained (2%)"
    )


@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("probe", "linear probe"),
        ("lp-ft", "LP-FT"),
        ("wise-ft", "WiSE-FT"),
        ("layer-decay", "layer-wise learning rate decay 0.65"),
    ],
)
def test_todays_recipes_have_their_usual_names(preset, name):
    recipe = load_recipe(preset)
    words = trained_text(recipe, strip_layers(recipe_dict(recipe), 6))
    assert words.endswith(f" · {name}")
