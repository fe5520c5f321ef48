"""The Train page: empty, normal and error case."""

from __future__ import annotations

import pytest

from core.model.weights import imagenet_path
from core.recipe_file import load_recipe, preset_names
from core.store.run import find_runs
from core.text import plain_markdown
from pages.widgets import words
from tests.factory import write_dataset, write_run
from tests.pages.conftest import texts


def test_a_first_visit_offers_the_two_runs_and_starts_them(runs, dataset, open_page, no_worker):
    app = open_page("train")
    assert not app.exception
    assert "Two runs that look equally good" in texts(app)
    app.button(key="train.first.train").click().run()
    assert not app.exception
    assert sorted(run.recipe().name for run in find_runs(runs)) == ["looks-good", "quick"]
    assert app.title[0].value == "Runs"


def test_without_a_data_set_it_says_what_one_is(runs, open_page):
    app = open_page("train")
    assert not app.exception
    assert "No data set in" in app.error[0].value
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
    assert "Two runs that look equally good" not in texts(app)
    assert "This run follows **quick** exactly." in texts(app)
    assert "million weights train (" in texts(app)
    app.button(key="train.go").click().run()
    assert not app.exception
    assert "is on its way" in app.success[0].value
    assert find_runs(runs)[0].recipe() == load_recipe("quick")
    assert no_worker == [runs]


def test_every_preset_is_shown_as_it_is(runs, dataset, open_page):
    write_run(runs, dataset)
    app = open_page("train")
    for name in preset_names():
        app.selectbox(key="train.preset").set_value(name).run()
        assert not app.exception
        assert f"This run follows **{plain_markdown(name)}** exactly." in texts(app)
        assert name in words.PRESETS


def test_changes_reach_the_recipe(runs, dataset, open_page, no_worker):
    app = open_page("train")
    key = "train.quick.0"
    app.toggle(key=f"{key}.augment.zoom").set_value(False)
    app.slider(key=f"{key}.augment.degrees").set_value(30.0)
    app.slider(key=f"{key}.drop.logits").set_value(0.5)
    app.number_input(key=f"{key}.stages.0.epochs").set_value(1)
    app.number_input(key=f"{key}.stages.1.length").set_value(2)
    app.number_input(key=f"{key}.stages.image_size").set_value(96)
    app.selectbox(key=f"{key}.bands.lr.1").set_value(1e-4)
    app.text_input(key=f"{key}.name").set_value("mine")
    app.number_input(key=f"{key}.seed").set_value(7)
    app.run()
    assert not app.exception
    difference = app.dataframe[0].value
    assert set(difference["key"]) >= {"augment.zoom", "head.dropout.logits", "bands", "seed"}
    app.button(key="train.go").click().run()
    recipe = find_runs(runs)[0].recipe()
    assert recipe.name == "mine"
    assert recipe.augment.zoom is None
    assert recipe.augment.rotate.degrees == 30
    assert recipe.head.dropout.logits == 0.5
    assert recipe.planned_epochs() == 1 + 2 + 4
    assert (recipe.image_size, recipe.seed, recipe.bands[1].lr) == (96, 7, 1e-4)


def test_bands_can_be_added_and_removed(dataset, open_page):
    app = open_page("train")
    key = "train.quick.0.bands"
    app.button(key=f"{key}.add").click().run()
    assert not app.exception
    assert app.number_input(key=f"{key}.from.4").value == 8
    app.button(key=f"{key}.remove.1").click().run()
    assert not app.exception
    assert not app.error
    assert "bands" in set(app.dataframe[0].value["key"])
    app.button(key="train.reset").click().run()
    assert "This run follows **quick** exactly." in texts(app)


@pytest.mark.parametrize(
    ("control", "value", "words"),
    [
        ("bands.from.2", 16, "bands.2.from: must be above 16"),
        ("name", "a/b", "name: must be 1 to 80 characters"),
    ],
)
def test_a_bad_value_is_one_line_and_nothing_can_be_launched(
    dataset, open_page, control, value, words
):
    app = open_page("train")
    kind = app.text_input if control == "name" else app.number_input
    kind(key=f"train.quick.0.{control}").set_value(value).run()
    assert not app.exception
    assert app.error[0].value.startswith(words)
    assert not [button for button in app.button if button.label == "Launch"]


def test_controls_keep_their_values_when_the_page_is_left(dataset, open_page):
    app = open_page("train")
    app.slider(key="train.quick.0.drop.logits").set_value(0.5)
    app.number_input(key="train.quick.0.bands.from.1").set_value(14).run()
    app.switch_page("pages/runs.py").run()
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert app.slider(key="train.quick.0.drop.logits").value == 0.5
    assert app.number_input(key="train.quick.0.bands.from.1").value == 14


@pytest.mark.parametrize("preset", ["looks-good", "article-success", "quick-bare"])
def test_every_preset_opens_unchanged(runs, dataset, open_page, preset):
    app = open_page("train")
    app.selectbox(key="train.preset").set_value(preset).run()
    assert not app.exception
    assert not app.error
    assert "This run follows" in texts(app)


def test_missing_weights_come_with_the_ways_on(runs, dataset, open_page, no_worker, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(runs.parent / "home"))
    app = open_page("train")
    assert not app.warning  # quick's are installed
    app.selectbox(key="train.preset").set_value("article-success").run()
    assert not app.exception
    words = app.warning[0].value
    assert "VGG16 with batch norm, which are not on this machine" in words
    assert "- download them with `python -m core weights fetch vgg16_bn` (554 MB)" in words
    assert "- use a file of your own" in words and "- use EfficientNet-Lite0" in words
    app.button(key="train.go").click().run()
    assert app.error[0].value.startswith("weights: the ImageNet weights of vgg16_bn")
    assert find_runs(runs) == []
    path = imagenet_path("vgg16_bn")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert not app.run().warning


def test_several_seeds_or_folds_start_in_one_go(runs, dataset, open_page, no_worker):
    app = open_page("train")
    app.number_input(key="train.quick.0.seed").set_value(7)
    app.selectbox(key="train.repeat").set_value("3 seeds").run()
    app.button(key="train.go").click().run()
    assert not app.exception
    assert "3 runs are on their way" in app.success[0].value
    recipes = [run.recipe() for run in find_runs(runs)]
    assert sorted(recipe.seed for recipe in recipes) == [7, 8, 9]
    assert {recipe.model_copy(update={"seed": 0}) for recipe in recipes} == {load_recipe("quick")}


def test_folds_start_in_one_go_unless_a_class_has_too_few_photos(
    runs, tmp_path, open_page, no_worker
):
    folder = tmp_path / "dataset" / "toy_books"
    write_dataset(folder, photos=4)
    app = open_page("train")
    app.selectbox(key="train.repeat").set_value("folds (5)").run()
    app.button(key="train.go").click().run()
    assert not app.exception
    assert app.error[0].value.startswith("split.folds: 5 folds need 5 photos of each class")
    assert find_runs(runs) == []
    write_dataset(folder, photos=6)
    app.button(key="train.go").click().run()
    assert not app.exception
    assert "5 runs are on their way" in app.success[0].value
    assert {run.recipe().split.fold for run in find_runs(runs)} == set(range(5))


def test_a_recipe_with_the_dense_head_keeps_it(
    runs, dataset, open_page, no_worker, tmp_path, monkeypatch
):
    write_run(runs, dataset)
    presets = tmp_path / "presets"
    presets.mkdir()
    (presets / "dense.yaml").write_text("name: dense\nhead: {kind: dense, width: 32}\n")
    monkeypatch.setattr("core.recipe_file.PRESETS_DIR", presets)
    app = open_page("train")
    assert not app.exception
    assert "This run follows **dense** exactly." in texts(app)
    app.button(key="train.go").click().run()
    assert not app.exception
    assert find_runs(runs)[0].recipe().head == load_recipe("dense").head
