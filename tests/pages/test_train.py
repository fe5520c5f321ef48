"""The Train page: empty, normal and error case."""

from __future__ import annotations

import pytest

from core.base.formatting import escape_markdown
from core.model.pretrained_weights import imagenet_weights_path
from core.recipe.files import load_recipe, preset_names, recipe_from_dict, recipe_yaml
from core.recipe.schema import Optimizer, Recipe
from core.store.run import find_runs
from tests.factory import write_dataset, write_run
from tests.pages.conftest import components, visible_text


def test_a_first_visit_offers_the_two_runs_and_starts_them(runs, dataset, open_page, no_worker):
    app = open_page("train")
    assert not app.exception
    assert "Two runs that look equally good" in visible_text(app)
    app.button(key="train.first.train").click().run()
    assert not app.exception
    assert sorted(run.recipe().name for run in find_runs(runs)) == ["looks-good", "quick"]
    assert app.title[0].value == "Runs"


def test_without_a_data_set_it_says_what_one_is(runs, open_page):
    app = open_page("train")
    assert not app.exception
    assert "No data set in" in app.error[0].value.replace("\\", "")
    assert not [button for button in app.button if button.label == "Launch"]


def test_a_damaged_data_set_is_one_line(dataset, open_page):
    for photo in (dataset.root / "train" / "red").iterdir():
        photo.unlink()
    (dataset.root / "labels.csv").write_text("split,file\n", "utf-8")
    app = open_page("train")
    assert not app.exception
    assert app.error
    assert "\n" not in app.error[0].value


def test_the_preset_is_shown_and_launched_as_it_is(runs, dataset, open_page, no_worker):
    write_run(runs, dataset)
    app = open_page("train")
    assert not app.exception
    assert "Two runs that look equally good" not in visible_text(app)
    assert "No changes to **preset quick**." in visible_text(app)
    assert "million weights trained (" in visible_text(app)
    app.button(key="train.go").click().run()
    assert not app.exception
    assert "launched. It continues" in app.success[0].value
    assert find_runs(runs)[0].recipe() == load_recipe("quick")
    assert no_worker == [runs]


KEY = "train.quick"


def difference(app):
    """The keys that the page says are changed."""
    return {button.help.split()[1] for button in app.button if ".undo." in str(button.key)}


def launch_recipe(app, runs):
    """The recipe of the one run that a click on Launch queues."""
    app.button(key="train.go").click().run()
    assert not app.exception
    (run,) = find_runs(runs)
    return run.recipe()


def test_changes_reach_the_recipe(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.toggle(key=f"{KEY}.augment.0.zoom").set_value(False)
    app.slider(key=f"{KEY}.augment.0.degrees").set_value(30.0)
    app.slider(key=f"{KEY}.head.0.dropout.logits").set_value(0.5)
    app.number_input(key=f"{KEY}.stages.0.0.epochs").set_value(1)
    app.number_input(key=f"{KEY}.stages.0.1.cycle_len").set_value(2)
    app.number_input(key=f"{KEY}.image_size.0").set_value(96)
    app.selectbox(key=f"{KEY}.bands.0.lr.1").set_value(1e-4)
    app.text_input(key=f"{KEY}.name.0").set_value("mine")
    app.number_input(key=f"{KEY}.seed.0").set_value(7)
    app.run()
    assert not app.exception
    assert difference(app) == {
        "augment.zoom",
        "augment.rotate",
        "head.dropout.logits",
        "stages",
        "image_size",
        "bands",
        "seed",
    }
    recipe = launch_recipe(app, runs)
    assert recipe.name == "mine"
    assert recipe.augment.zoom is None
    assert recipe.augment.rotate.degrees == 30
    assert recipe.head.dropout.logits == 0.5
    assert recipe.planned_epochs() == 1 + 2 + 4
    assert (recipe.image_size, recipe.seed, recipe.bands[1].lr) == (96, 7, 1e-4)


def test_rare_keys_reach_the_recipe_too(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.selectbox(key=f"{KEY}.crop.0").set_value("centre")
    app.segmented_control(key=f"{KEY}.views_per_photo.0.kind").set_value("fresh")
    app.segmented_control(key=f"{KEY}.split.0.method").set_value("kfold")
    app.toggle(key=f"{KEY}.balance.0").set_value(True)
    app.selectbox(key=f"{KEY}.weights.0").set_value("none")
    app.segmented_control(key=f"{KEY}.map_stride.0").set_value(16)
    app.selectbox(key=f"{KEY}.frozen_bn.0").set_value("train")
    app.selectbox(key=f"{KEY}.precision.0").set_value("float32")
    app.segmented_control(key=f"{KEY}.head.0.kind").set_value("dense")
    app.selectbox(key=f"{KEY}.optimizer.0.name").set_value("rmsprop")
    app.number_input(key=f"{KEY}.optimizer.0.decay").set_value(1e-3)
    app.number_input(key=f"{KEY}.batch_size.0").set_value(8)
    app.number_input(key=f"{KEY}.label_smoothing.0").set_value(0.1)
    app.toggle(key=f"{KEY}.stages.0.1.keep").set_value(True)
    app.toggle(key=f"{KEY}.stages.0.1.warmup").set_value(True)
    app.number_input(key=f"{KEY}.stages.0.1.lr").set_value(0.02)
    app.toggle(key=f"{KEY}.stages.0.0.own").set_value(True)
    app.run()
    app.number_input(key=f"{KEY}.split.0.folds").set_value(3).run()
    app.number_input(key=f"{KEY}.split.0.fold.3").set_value(1)
    app.number_input(key=f"{KEY}.head.0.width").set_value(64)
    app.selectbox(key=f"{KEY}.stages.0.0.optimizer.name").set_value("adamw").run()
    recipe = launch_recipe(app, runs)
    assert (recipe.crop, recipe.views_per_photo, recipe.balance) == ("centre", None, "oversample")
    assert (recipe.weights, recipe.map_stride, recipe.frozen_bn) == ("none", 16, "train")
    assert (recipe.precision, recipe.batch_size, recipe.label_smoothing) == ("float32", 8, 0.1)
    assert (recipe.split.folds, recipe.split.fold, recipe.head.width) == (3, 1, 64)
    assert recipe.optimizer == Optimizer(name="rmsprop", momentum=0, weight_decay=1e-3)
    head, bands = recipe.stages
    assert head.optimizer == Optimizer(name="adamw")
    assert (bands.keep, bands.warmup, bands.lr) == ("best", "fastai", 0.02)


def test_every_key_of_a_recipe_is_on_the_page(dataset, open_page):
    """Whoever adds a key adds its control."""
    app = open_page("train")
    kinds = (
        app.text_input,
        app.number_input,
        app.selectbox,
        app.toggle,
        app.slider,
        app.segmented_control,
        app.button,
    )
    keys = {str(control.key) for kind in kinds for control in kind}
    for part in Recipe.model_fields:
        assert any(key.startswith(f"{KEY}.{part}.0") for key in keys), part


def test_another_backbone_comes_with_its_bands_and_back(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.selectbox(key=f"{KEY}.backbone.0").set_value("resnet18").run()
    assert not app.exception
    assert "ResNet-18, which are not on this machine" in visible_text(app)
    assert app.number_input(key=f"{KEY}.bands.1.from.1").value == 10
    app.selectbox(key=f"{KEY}.backbone.0").set_value("vgg16").run()
    assert app.segmented_control(key=f"{KEY}.map_stride.2").value == 16
    app.selectbox(key=f"{KEY}.backbone.0").set_value("efficientnet_lite0").run()
    assert difference(app) == set()
    assert launch_recipe(app, runs) == load_recipe("quick")


def test_a_model_of_timm_is_found_and_todays_recipes_reach_the_recipe(
    runs, dataset, open_page, no_worker
):
    app = open_page("train")
    backbones = app.selectbox(key=f"{KEY}.backbone.0")
    assert any("224 px · apache-2.0" in label for label in backbones.options)
    backbones.set_value("timm/test_vit.r160_in1k").run()
    assert not app.exception
    assert app.number_input(key=f"{KEY}.image_size.1").value == 160
    app.selectbox(key=f"{KEY}.weights.0").set_value("none")
    app.toggle(key=f"{KEY}.augment.0.trivial").set_value(True)
    app.number_input(key=f"{KEY}.layer_decay.0").set_value(0.75)
    app.selectbox(key=f"{KEY}.stages.0.0.train").set_value("probe")
    app.selectbox(key=f"{KEY}.stages.0.1.train").set_value("wise_ft").run()
    app.slider(key=f"{KEY}.stages.0.1.alpha").set_value(0.25).run()
    recipe = launch_recipe(app, runs)
    assert (recipe.backbone, recipe.map_stride) == ("timm/test_vit.r160_in1k", 16)
    assert recipe.augment.trivial and recipe.layer_decay == 0.75
    assert [(stage.train, stage.alpha) for stage in recipe.stages] == [
        ("probe", None),
        ("wise_ft", 0.25),
    ]


def test_stages_are_added_moved_and_removed(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.number_input(key=f"{KEY}.stages.0.0.epochs").set_value(3)
    app.button(key=f"{KEY}.stages.0.add").click().run()
    app.button(key=f"{KEY}.stages.1.2.up").click().run()
    app.button(key=f"{KEY}.stages.2.2.remove").click().run()
    assert not app.exception
    recipe = launch_recipe(app, runs)
    assert [stage.cycle_lengths() for stage in recipe.stages] == [(3,), (5,)]
    assert app.button(key=f"{KEY}.stages.3.0.up").disabled
    assert app.button(key=f"{KEY}.stages.3.1.down").disabled


def test_bands_can_be_added_and_removed(dataset, open_page):
    app = open_page("train")
    app.button(key=f"{KEY}.bands.0.add").click().run()
    assert not app.exception
    assert app.number_input(key=f"{KEY}.bands.1.from.1").value == 8
    assert app.selectbox(key=f"{KEY}.bands.1.lr.1").value == 3e-4
    app.button(key=f"{KEY}.bands.1.remove.2").click().run()
    assert not app.exception
    assert not app.error
    assert difference(app) == {"bands"}


def test_one_key_or_all_are_put_back_and_brought_back(dataset, open_page):
    app = open_page("train")
    app.toggle(key=f"{KEY}.augment.0.blur").set_value(False)
    app.toggle(key=f"{KEY}.augment.0.zoom").set_value(False)
    app.number_input(key=f"{KEY}.batch_size.0").set_value(4).run()
    assert difference(app) == {"augment.zoom", "augment.blur", "batch_size"}
    next(button for button in app.button if button.help == "Reset augment.blur").click().run()
    assert difference(app) == {"augment.zoom", "batch_size"}
    app.button(key=f"{KEY}.put_back").click().run()
    assert "No changes to **preset quick**." in visible_text(app)
    app.button(key=f"{KEY}.bring_back").click().run()
    assert not app.exception
    assert difference(app) == {"augment.zoom", "batch_size"}


@pytest.mark.parametrize(
    ("control", "value", "words"),
    [
        ("bands.0.from.2", 16, "bands.2.from: must be greater than 16"),
        ("name.0", "a/b", "name: must be 1 to 80 characters"),
    ],
)
def test_a_bad_value_is_one_line_and_nothing_can_be_launched(
    dataset, open_page, control, value, words
):
    app = open_page("train")
    kind = app.text_input if control.startswith("name") else app.number_input
    before = kind(key=f"{KEY}.{control}").value
    kind(key=f"{KEY}.{control}").set_value(value).run()
    assert not app.exception
    assert app.error[0].value.replace("\\", "").startswith(words)
    assert [column for column in app.columns if column.error]  # beneath its control
    (launch,) = [button for button in app.button if button.label == "Launch"]
    for button in (launch, app.download_button(key="train.save")):
        assert button.disabled
        assert button.help.replace("\\", "").startswith(words)
    assert {each.key for each in components(app)} >= {"train.plan", "train.strip"}
    assert "Photos to preview" in [control.label for control in app.multiselect]
    assert "Showing the last valid recipe:" in visible_text(app)
    kind(key=f"{KEY}.{control}").set_value(before).run()
    assert not app.error
    assert difference(app) == set()


def test_controls_keep_their_values_when_the_page_is_left(dataset, open_page):
    app = open_page("train")
    app.slider(key=f"{KEY}.head.0.dropout.logits").set_value(0.5)
    app.button(key=f"{KEY}.bands.0.remove.1").click().run()
    app.number_input(key=f"{KEY}.bands.1.from.1").set_value(14).run()
    app.switch_page("runs.py").run()
    app.switch_page("train.py").run()
    assert not app.exception
    assert app.slider(key=f"{KEY}.head.0.dropout.logits").value == 0.5
    assert app.number_input(key=f"{KEY}.bands.1.from.1").value == 14


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_opens_unchanged(runs, dataset, open_page, no_worker, preset):
    app = open_page("train", preset=preset)
    assert not app.exception
    assert not app.error
    assert f"No changes to **preset {escape_markdown(preset)}**." in visible_text(app)
    assert app.radio[0].value == preset
    assert len(app.radio[0].options) == len(preset_names())


def test_a_preset_is_chosen_in_the_page_and_the_link_follows(dataset, open_page):
    app = open_page("train")
    app.radio[0].set_value("looks-good").run()
    assert not app.exception
    assert app.query_params["preset"] == "looks-good"
    assert "No changes to **preset looks\\-good**." in visible_text(app)
    assert "check the class maps" in visible_text(app)  # a caution
    app.query_params["preset"] = "no-such"
    app.run()
    assert not app.exception
    assert "No preset named" in app.warning[0].value


def test_a_run_is_begun_from_with_its_photos(runs, dataset, open_page, no_worker, tmp_path):
    other = write_dataset(tmp_path / "dataset" / "others")
    run = write_run(runs, other, "looks-good", changes={"batch_size": 8, "seed": 3})
    app = open_page("train", again=run.id)
    assert not app.exception
    assert app.selectbox(key="train.data").value == "others"
    assert app.query_params["again"] == run.id
    key = f"train.again.{run.id}"
    assert app.number_input(key=f"{key}.batch_size.0").value == 8
    assert difference(app) == set()
    app.number_input(key=f"{key}.batch_size.0").set_value(4).run()
    assert difference(app) == {"batch_size"}
    app.button(key="train.go").click().run()
    assert not app.exception
    new = next(found for found in find_runs(runs) if found.id != run.id)
    assert new.recipe() == run.recipe().model_copy(update={"batch_size": 4})
    assert new.data_dir() == other.root


def test_a_link_reopens_a_recipe_with_its_changes(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.number_input(key=f"{KEY}.batch_size.0").set_value(4)
    app.toggle(key=f"{KEY}.augment.0.zoom").set_value(False).run()
    link = {name: app.query_params[name] for name in ("preset", "with", "data")}
    again = open_page("train", **link)
    assert not again.exception
    assert difference(again) == {"augment.zoom", "batch_size"}
    again.number_input(key=f"{KEY}.batch_size.1").set_value(8).run()
    assert launch_recipe(again, runs).batch_size == 8
    again.query_params["data"] = "no-such"
    again.run()
    assert "No data set named" in again.warning[0].value


FILES = {
    "faint": {"augment": {"mixup": 0.02, "lighting": 0.0, "zoom": None}, "head": {"kind": "dense"}},
    "near": {"bands": [{"from": 0, "lr": 0.0}, {"from": 12, "lr": 1.0001e-3}]},
    "other": {
        "backbone": "vgg16",
        "bands": [{"from": 0, "lr": 0.02}],
        "seed": 3,
        "crop": "centre",
        "split": {"method": "kfold", "folds": 3, "fold": 2},
    },
}


def upload(app, recipe):
    file = (f"{recipe.name}.yaml", recipe_yaml(recipe).encode(), "application/yaml")
    app.file_uploader[0].set_value(file).run()
    assert not app.exception


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_trained_as_it_says_here_and_by_its_link(
    runs, dataset, open_page, no_worker, name, monkeypatch
):
    monkeypatch.setattr("core.jobs.local.find_weights", lambda *given: None)
    recipe = recipe_from_dict({"name": name, **FILES[name]})
    app = open_page("train")
    upload(app, recipe)
    assert f"No changes to **file {name}\\.yaml**." in visible_text(app)
    app.number_input(key=f"train.file.{name}.yaml.batch_size.1").set_value(4).run()
    assert difference(app) == {"batch_size"}
    app.button(key="train.go").click().run()
    again = open_page("train", **app.query_params)
    assert difference(again) == {"batch_size"}
    again.button(key=f"train.file.{name}.yaml.put_back").click().run()
    again.button(key="train.go").click().run()
    assert not again.exception
    found = {run.recipe() for run in find_runs(runs)}
    assert found == {recipe, recipe.model_copy(update={"batch_size": 4})}


def test_a_refused_file_is_told_beneath_where_it_was_given(dataset, open_page):
    app = open_page("train")
    app.file_uploader[0].set_value(("bad.yaml", b"batch: 4", "application/yaml")).run()
    assert "No changes to **preset quick**." in visible_text(app)
    popover = next(each for each in app.get("popover") if each.get("file_uploader"))
    assert popover.get("error")[0].value.replace("\\", "").startswith("bad.yaml: batch: unknown")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"split": {"method": "csv"}}, "split.column: "),
        ({"split": {"method": "kfold", "folds": 20}}, "split.folds: 20 folds need"),
        ({"bands": [{"from": 0, "lr": 0.0}]}, "stages.0: nothing would train"),
    ],
)
def test_a_file_that_does_not_fit_leaves_the_page_whole(dataset, open_page, parts, words):
    app = open_page("train")
    upload(app, recipe_from_dict({"name": "mine", **parts}))
    assert app.error[0].value.replace("\\", "").startswith(words)
    assert app.button(key="train.go").disabled
    assert {each.key for each in components(app)} >= {"train.plan", "train.strip"}


def test_a_run_that_is_not_there_is_said(runs, dataset, open_page):
    app = open_page("train", again="20260101-000000-gone-s0-0000")
    assert not app.exception
    assert "gone" in app.warning[0].value
    assert "No changes to **preset quick**." in visible_text(app)


def test_missing_weights_come_with_the_ways_on(runs, dataset, open_page, no_worker, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(runs.parent / "home"))
    app = open_page("train")
    assert not app.warning  # quick's are installed
    app.radio[0].set_value("article-success").run()
    assert not app.exception
    words = app.warning[0].value
    assert "VGG16 with batch norm, which are not on this machine" in words
    assert "- download them with `python -m core weights fetch vgg16_bn` (554 MB)" in words
    assert "- use your own file" in words and "- use EfficientNet-Lite0" in words
    app.button(key="train.go").click().run()
    assert (
        app.error[0].value.replace("\\", "").startswith("weights: the ImageNet weights of vgg16_bn")
    )
    assert find_runs(runs) == []
    path = imagenet_weights_path("vgg16_bn")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert not app.run().warning


def test_several_seeds_or_folds_start_in_one_go(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.number_input(key="train.quick.seed.0").set_value(7)
    app.selectbox(key="train.repeat").set_value("3 seeds").run()
    app.button(key="train.go").click().run()
    assert not app.exception
    assert "3 runs launched" in app.success[0].value
    recipes = [run.recipe() for run in find_runs(runs)]
    assert sorted(recipe.seed for recipe in recipes) == [7, 8, 9]
    assert {recipe.model_copy(update={"seed": 0}) for recipe in recipes} == {load_recipe("quick")}


def test_folds_start_in_one_go_unless_a_class_has_too_few_photos(
    runs, tmp_path, open_page, no_worker
):
    folder = tmp_path / "dataset" / "toy_books"
    write_dataset(folder, photos=4)
    app = open_page("train")
    app.selectbox(key="train.repeat").set_value("5 folds").run()
    app.button(key="train.go").click().run()
    assert not app.exception
    assert (
        app.error[0]
        .value.replace("\\", "")
        .startswith("split.folds: 5 folds need 5 photos of each class")
    )
    assert find_runs(runs) == []
    write_dataset(folder, photos=6)
    app.button(key="train.go").click().run()
    assert not app.exception
    told = "With 5 folds, a fold can have only 1 validation photo of background"
    assert told in visible_text(app)
    assert "5 runs launched" in app.success[0].value
    assert {run.recipe().split.fold for run in find_runs(runs)} == set(range(5))


def test_a_recipe_with_the_dense_head_keeps_it(
    runs, dataset, open_page, no_worker, tmp_path, monkeypatch
):
    write_run(runs, dataset)
    presets = tmp_path / "presets"
    presets.mkdir()
    (presets / "dense.yaml").write_text("name: dense\nhead: {kind: dense, width: 32}\n")
    monkeypatch.setattr("core.recipe.files.PRESETS_DIR", presets)
    app = open_page("train")
    assert not app.exception
    assert "No changes to **preset dense**." in visible_text(app)
    app.button(key="train.go").click().run()
    assert not app.exception
    assert find_runs(runs)[0].recipe().head == load_recipe("dense").head
