import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import RecipeError
from core.base.yaml_files import parse_yaml
from core.recipe.files import (
    apply_changes,
    load_recipe,
    parse_changes,
    preset_names,
    recipe_dict,
    recipe_from_dict,
    recipe_yaml,
)
from core.recipe.layer_table import BACKBONES
from core.recipe.schema import Augment, ClassMapHead, DenseHead, KFold, Recipe


def test_the_empty_recipe_is_the_preset_quick():
    assert load_recipe("quick") == Recipe() == recipe_from_dict(None)


def test_presets_are_named_after_their_files_and_read_back():
    assert preset_names()[0] == "quick"
    for name in preset_names():
        recipe = load_recipe(name)
        assert recipe.name == name
        assert recipe_from_dict(parse_yaml(recipe_yaml(recipe), name)) == recipe


def test_looks_good_is_the_article_failure_in_lite0_terms():
    recipe = load_recipe("looks-good")
    assert [(band.first, band.lr) for band in recipe.bands] == [(0, 0.1), (13, 0.01)]
    assert recipe.augment == Augment.disabled()
    assert set(recipe_dict(recipe)["head"]["dropout"].values()) == {0}
    assert recipe.stages == load_recipe("quick").stages


def test_the_article_plans_82_epochs():
    stages = [sum(stage.cycle_lengths()) for stage in load_recipe("article-success").stages]
    assert stages == [5, 63, 14]


@given(
    seed=st.integers(0, 2**32 - 1),
    rates=st.lists(st.floats(0, 10), min_size=1, max_size=5),
    dropout=st.floats(0, 0.95),
    views=st.none() | st.integers(1, 64),
    zoom=st.none() | st.tuples(st.floats(1, 2), st.floats(2, 4)),
    backbone=st.sampled_from(sorted(BACKBONES)),
)
def test_any_recipe_survives_yaml(seed, rates, dropout, views, zoom, backbone):
    recipe = recipe_from_dict(
        {
            "seed": seed,
            "backbone": backbone,
            "bands": [{"from": 4 * i, "lr": rate} for i, rate in enumerate(rates)],
            "head": {"kind": "class_map", "dropout": {"logits": dropout}},
            "views_per_photo": views,
            "augment": {"zoom": None if zoom is None else {"range": list(zoom), "p": 1}},
        }
    )
    assert recipe_from_dict(parse_yaml(recipe_yaml(recipe), "test")) == recipe


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bnds: 1", "bnds: unknown key (did you mean bands?)"),
        ("augment: {zom: null}", "augment.zom: unknown key (did you mean zoom?)"),
        ("seed: true", "seed: must be a whole number, not True"),
        ("seed: -1", "seed: must be from 0 to 4.29497e+09, not -1"),
        ("image_size: big", "image_size: must be a whole number, not 'big'"),
        ("batch_size: 1", "batch_size: must be from 2 to 512, not 1"),
        ("bands: {0: 0, 5: -1}", "bands.1.lr: must be from 0 to 10, not -1"),
        ("bands: {0: 0, 5: .nan}", "bands.1.lr: must be from 0 to 10, not nan"),
        ("bands: {0: 0, 5: .inf}", "bands.1.lr: must be from 0 to 10, not inf"),
        ("bands: {1: 0}", "bands.0.from: must be 0, not 1; the bands must cover every layer"),
        ("bands: [{from: 0, lr: 0}, {from: 0, lr: 1}]", "bands.1.from: must be greater than 0,"),
        ("bands: {0: 0, 27: 1}", "bands.1.from: must be from 0 to 26, the last layer of"),
        ("bands: []", "bands: must not be empty"),
        ("bands: 3", "bands: must be a list, not 3"),
        ("stages: [{train: head}]", "stages.0: requires either epochs or cycles (with cycle_len)"),
        ("stages: [{train: all, epochs: 1}]", "stages.0.train: must be 'head', 'bands'"),
        ("stages: [{train: head, cycles: 2}]", "stages.0: cycles requires cycle_len"),
        ("head: {kind: x}", "head: must be one of 'class_map', 'dense', not 'x'"),
        ("head: {kind: class_map, dropout: {logits: 1}}", "head.dropout.logits: must be from 0 to"),
        ("augment: {zoom: {range: [2, 1]}}", "augment.zoom.range: must be ordered from low"),
        ("augment: {blur: {size: 4}}", "augment.blur.size: must be odd, not 4"),
        ("augment: {cutout: {p: 1.5}}", "augment.cutout.p: must be from 0 to 1, not 1.5"),
        ("crop: center", "crop: must be 'squash' or 'centre', not 'center'"),
        ("backbone: alexnet", "backbone: must be 'efficientnet_lite0'"),
        ("backbone: [vgg16]", "backbone: must be text"),
        ("name: a/b", "name: must be 1 to 80 characters"),
        ("weights: 5", "weights: must be text, not 5"),
        ("split: {method: kfold, folds: 1}", "split.folds: must be from 2 to 20, not 1"),
        ("split: {method: kfold, folds: 3, fold: 3}", "split.fold: must be from 0 to 2 (there are"),
        ("split: {method: kfold, fold: -1}", "split.fold: must be from 0 to 4 (there are 5)"),
        ("split: {method: csv, fold: -1}", "split.fold: must be from 0 to 999, not -1"),
        ("{head: {kind: dense}, bands: {0: 0, 26: 1}}", "bands.1.from: must be from 0 to 25, the"),
        ("head: {kind: dense, dropout: {}}", "head.dropout: key not allowed here"),
        ("augment: {erase: {area: [0.5, 0.1]}}", "augment.erase.area: must be ordered from low"),
        ("optimizer: {name: adagrad}", "optimizer.name: must be 'sgd', 'adam', 'adamw' or"),
        ("label_smoothing: 0.6", "label_smoothing: must be from 0 to 0.5, not 0.6"),
        ("[1, 2]", "recipe: must be a list of `key: value` lines"),
    ],
)
def test_errors_name_the_key_and_what_is_allowed(text, message):
    with pytest.raises(RecipeError) as caught:
        recipe_from_dict(parse_yaml(text, "test"))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_changes_reach_into_groups_lists_and_defaults():
    changes = parse_changes(
        ["bands.1.lr=1e-4", "augment.cutout.holes=2", "augment.zoom=null", "seed=3", "name=x y"]
    )
    recipe = load_recipe("quick", changes)
    assert recipe.bands[1].lr == 1e-4
    assert recipe.augment.cutout is not None and recipe.augment.cutout.holes == 2
    assert recipe.augment.zoom is None
    assert (recipe.seed, recipe.name) == (3, "x y")
    # The preset leaves its stages at their default: a change reaches into that.
    assert load_recipe("looks-good", {"stages.1.cycles": 1}).planned_epochs() == 14


def test_another_kind_of_head_or_split_comes_with_its_own_keys():
    dense = load_recipe("quick", parse_changes(["head.width=64", "head.kind=dense"]))
    assert dense.head == DenseHead(kind="dense", width=64)
    back = apply_changes(recipe_dict(dense), {"head.kind": "class_map"})
    assert back.head == ClassMapHead()
    folds = load_recipe("quick", parse_changes(["split.method=kfold", "split.fold=1"]))
    assert folds.split == KFold(method="kfold", fold=1)
    assert load_recipe("looks-good", {"head.kind": "class_map"}).head == (
        load_recipe("looks-good").head
    )
    with pytest.raises(RecipeError, match=r"^head\.width: key not allowed here; it belongs to"):
        load_recipe("quick", {"head.width": 64})


def test_a_file_of_weights_is_the_same_wherever_the_recipe_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe("quick", {"weights": "mine.pth"})
    assert recipe.weights == str(tmp_path / "mine.pth")
    monkeypatch.chdir("/")
    assert recipe_from_dict(recipe_dict(recipe)) == recipe
    assert recipe_from_dict({"weights": "none"}).weights == "none"


def test_momentum_is_the_optimizers_usual_one():
    def momentum(*assignments):
        return load_recipe("quick", parse_changes(list(assignments))).optimizer.momentum

    assert momentum() == momentum("optimizer.name=adam") == 0.9
    assert momentum("optimizer.name=rmsprop") == 0
    assert momentum("optimizer.name=rmsprop", "optimizer.momentum=0.5") == 0.5
    assert (
        recipe_from_dict(
            {"stages": [{"train": "head", "epochs": 1, "optimizer": {"name": "rmsprop"}}]}
        )
        .stages[0]
        .optimizer.momentum
        == 0
    )


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("seed", "--set seed: must be key=value"),
        ("stages.7.epochs=1", "stages.7: must be a whole number from 0 to 1"),
        ("seed.x=1", "seed.x: seed is a single value"),
        ("colour=red", "colour: unknown key"),
        ("seed=[", "--set seed: not a readable YAML file"),
    ],
)
def test_changes_that_do_not_fit(assignment, message):
    with pytest.raises(Exception, match="^" + message.replace("[", r"\[")):
        load_recipe("quick", parse_changes([assignment]))


def test_a_missing_file_and_an_unknown_preset_are_told_apart(tmp_path):
    with pytest.raises(RecipeError, match="quickest: no preset"):
        load_recipe("quickest")
    with pytest.raises(Exception, match=r"gone\.yaml: No such file"):
        load_recipe(tmp_path / "gone.yaml")
