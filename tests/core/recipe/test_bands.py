from core.model.network import build_network
from core.recipe.bands import band_ranges, first_trained_layer, parameter_groups, stage_ranges
from core.recipe.files import load_recipe
from core.recipe.schema import Stage
from tests.conftest import fast_recipe


def labels(ranges):
    return [(band.label, band.lr) for band in ranges]


def test_the_articles_groups():
    bands = band_ranges(load_recipe("article-success").bands, 49)
    assert labels(bands) == [("0-33", 0), ("34-39", 1e-5), ("40-42", 1e-4), ("43-48", 1e-3)]
    assert first_trained_layer(bands) == 34


def test_a_head_stage_freezes_the_backbone_and_uses_the_last_bands_rate():
    recipe = load_recipe("article-success")
    ranges = stage_ranges(recipe, recipe.stages[0])
    assert labels(ranges) == [("0-41", 0), ("42-48", 1e-3)]
    named = stage_ranges(recipe, Stage(train="head", epochs=1, lr=0.5))
    assert labels(named)[-1] == ("42-48", 0.5)


def test_a_stage_that_names_a_rate_leaves_frozen_bands_frozen():
    recipe = load_recipe("article-success")
    ranges = stage_ranges(recipe, Stage(train="bands", epochs=1, lr=0.01))
    assert [band.lr for band in ranges] == [0, 0.01, 0.01, 0.01]


def test_all_frozen_has_no_first_trained_layer():
    recipe = load_recipe("quick", {"bands": {0: 0}})
    assert first_trained_layer(band_ranges(recipe.bands, 27)) == 27


def test_parameter_groups_hold_each_trained_weight_once_and_switch_off_the_rest():
    recipe = fast_recipe()
    network = build_network(recipe, ["a", "b"])
    groups = parameter_groups(network.layers, band_ranges(recipe.bands, 27))
    assert [(group["label"], group["base_lr"]) for group in groups] == [
        ("16", 1e-3),
        ("17", 3e-3),
        ("18-26", 1e-2),
    ]
    in_groups = {id(weight) for group in groups for weight in group["params"]}
    trains = {id(weight) for weight in network.parameters() if weight.requires_grad}
    assert in_groups == trains
    assert trains == {id(w) for layer in list(network.layers)[16:] for w in layer.parameters()}
