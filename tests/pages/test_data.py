"""The Data page: empty, normal and error cases (wall and editor themselves: tests/browser)."""

from __future__ import annotations

import json
import shutil

import pytest
from PIL import Image

from core.data.dataset import read_dataset
from core.data.expected_use import read_stated_use
from core.data.fingerprints import fingerprints
from core.data.label_edits import Truth, save_truth
from core.data.label_tables import Label
from core.jobs.queue import Queue
from core.store.rescoring import Rescoring
from tests.conftest import fixed_clock
from tests.core.data.test_additions import picture
from tests.factory import write_dataset, write_run
from tests.pages.conftest import components, visible_text


def component(app, number=0):
    """The data that a component of the page was given."""
    return json.loads(components(app)[number].proto.json)


def files_on(app):
    return [photo["file"] for photo in component(app)["photos"]]


def test_without_any_data_set_it_offers_the_upload(runs, open_page):
    app = open_page("data")
    assert not app.exception
    assert "No photos yet." in visible_text(app)
    assert "test_difficult" in visible_text(app)
    assert len(app.get("file_uploader")) == 1


def test_it_hangs_the_difficult_photos_with_counts_and_progress(dataset, open_page):
    app = open_page("data")
    assert not app.exception and not app.error
    assert files_on(app) == [f"img_{n}.jpg" for n in range(6)]
    assert app.get("progress")[0].proto.text == "6 of 6 labelled, 5 with boxes"
    photos = component(app)["photos"]
    assert photos[0]["primary"] == "blue" and photos[0]["also"] == ["red"]
    assert {box["label"] for box in photos[0]["boxes"]} == {"blue", "red"}
    assert app.query_params["set"] == "test_difficult"


@pytest.mark.parametrize(
    ("link", "count"),
    [
        ({"set": "train"}, 9),
        ({"set": "validation"}, 3),
        ({"set": "train", "folds": "4"}, 12),
        ({"set": "test"}, 3),
        ({"set": "test", "class": "red"}, 1),
        ({"set": "atlantis"}, 6),
        ({"set": "train", "folds": "99", "class": "blue"}, 3),
    ],
)
def test_every_view_is_a_link(dataset, open_page, link, count):
    app = open_page("data", **link)
    assert not app.exception and not app.error
    assert len(files_on(app)) == count


def test_another_split_is_chosen_and_the_link_follows(dataset, open_page):
    app = open_page("data", set="test")
    app.segmented_control(key="data_page.set.toy_books").set_value("train").run()
    assert app.query_params["set"] == "train" and len(files_on(app)) == 9
    app.selectbox(key="data_page.folds.toy_books").set_value("2").run()
    assert app.query_params["folds"] == "2"
    assert [photo["fold"] for photo in component(app)["photos"]] == [0] * 6 + [1] * 6


def test_a_photo_is_opened_by_its_link(dataset, open_page):
    app = open_page("data", set="test", photo="img_1.jpg", edit="1")
    assert not app.exception
    shown = component(app)
    assert shown["file"] == "img_1.jpg" and shown["editable"] and shown["editing"]
    assert (shown["previous"], shown["next"]) == ("img_0.jpg", "img_2.jpg")
    assert shown["classes"] == ["blue", "red", "background"]
    train = component(open_page("data", set="train", photo="red/red_1.jpg", edit="1"))
    assert train["editing"] and train["fixed"] and not shown["fixed"]  # boxes alone
    assert train["unlabelled"] not in (None, "red/red_1.jpg")


@pytest.mark.parametrize("photo", ["gone.jpg", "../../x", "<b>x</b>"])
def test_a_photo_that_is_not_there_is_one_line(dataset, open_page, photo):
    app = open_page("data", set="test", photo=photo)
    assert not app.exception
    assert "not found in" in app.error[0].value and "<b>" not in app.error[0].value


def test_the_next_unlabelled_photo_is_told(runs, tmp_path, open_page):
    dataset = write_dataset(tmp_path / "dataset" / "toy_books", labelled=False)
    for number in (0, 2):
        save_truth(
            dataset.root, "test", f"img_{number}.jpg", Truth(Label("red", ()), ()), fixed_clock
        )
    assert component(open_page("data", set="test", photo="img_2.jpg"))["unlabelled"] == "img_1.jpg"
    app = open_page("data", set="test")
    assert app.get("progress")[0].proto.text == "2 of 3 labelled, 0 with boxes"
    assert files_on(open_page("data", **{"set": "test", "class": "not labelled"})) == ["img_1.jpg"]


def test_a_photo_that_cannot_be_read_is_told_on_its_tile(dataset, open_page):
    (dataset.root / "test" / "img_1.jpg").write_bytes(b"no photo")
    app = open_page("data", set="test")
    assert not app.exception
    shown = [photo["problem"] for photo in component(app)["photos"]] if not app.error else []
    told = " ".join([*shown, *(error.value for error in app.error)])
    assert "not a readable photo" in told


def test_labels_that_cannot_be_read_are_one_line(dataset, open_page):
    (dataset.root / "labels.csv").write_text("split,file,primary,present\ntest,x.jpg,red,\n")
    app = open_page("data")
    assert not app.exception
    assert "x\\.jpg is not in test/" in app.error[0].value


def test_without_a_test_set_it_says_how_to_get_one(dataset, open_page):
    for name in ("test", "test_difficult"):
        shutil.rmtree(dataset.root / name)
    for name in ("labels.csv", "boxes.csv"):
        (dataset.root / name).unlink()
    app = open_page("data")
    assert "It has no test set" in app.info[0].value
    assert len(files_on(app)) == 9


def test_near_copies_and_unused_files_are_told(dataset, open_page):
    shutil.copyfile(dataset.train[0].path, dataset.root / "test" / "img_9.jpg")
    (dataset.root / "train" / "red" / "notes.txt").write_text("hello")
    app = open_page("data", set="test")
    told = "1 photo of test is a near\\-copy of training photos"
    for _ in range(50):
        if any(told in expander.label for expander in app.expander):
            break
        app.run()
    else:
        raise AssertionError(told)
    assert component(app)["photos"][3]["copies"] == [
        f"a near-copy of train/{dataset.train[0].file} (100% similar)"
    ]
    assert "notes\\.txt" in app.warning[0].value


def test_runs_that_the_labels_have_overtaken_are_scored_again(runs, dataset, open_page, no_worker):
    run = write_run(runs, dataset)
    (run.path / "weights.safetensors").touch()
    environment = json.loads((run.path / "environment.json").read_text("utf-8"))
    environment["data"]["fingerprints"] = fingerprints(dataset)
    (run.path / "environment.json").write_text(json.dumps(environment), "utf-8")
    assert "data_page.again.ask" not in [b.key for b in open_page("data").button]
    save_truth(dataset.root, "test", "img_0.jpg", Truth(None, ()), fixed_clock)
    app = open_page("data")
    button = app.button(key="data_page.again.ask")
    assert button.label == "Rescore 1 run with these labels"
    button.click().run()
    assert not app.exception and not app.error
    assert [entry.work_id for entry in Queue(runs).entries()] == [f".rescore/{run.id}"]
    assert no_worker == [runs]
    assert app.get("progress")[1].proto.text.startswith("Rescored 0 of 1 runs; waiting")
    app.button(key="data_page.again.stop").click().run()
    assert Rescoring.of(runs, run.id).status().state == "cancelled"
    assert Queue(runs).entries() == []
    assert app.button(key="data_page.again.ask")


def test_earlier_labels_come_back(dataset, open_page):
    before = read_dataset(dataset.root).test_set("test").labels
    save_truth(dataset.root, "test", "img_0.jpg", Truth(None, ()), fixed_clock)
    app = open_page("data", set="test")
    (back,) = [button for button in app.button if button.label == "Restore"]
    back.click().run()
    assert not app.exception and not app.error
    assert read_dataset(dataset.root).test_set("test").labels == before
    assert len([button for button in app.button if button.label == "Restore"]) == 2


def test_an_imported_set_is_deleted_after_a_question_and_comes_back(dataset, tmp_path, open_page):
    assert "data_page.trash.delete" not in [button.key for button in open_page("data").button]
    root = write_dataset(tmp_path / "dataset" / "mine").root
    (root / "import.txt").write_text("imported from <b>mine</b>.zip\n", "utf-8")
    app = open_page("data", data="mine")
    assert app.code[0].value == "imported from <b>mine</b>.zip"
    app.button(key="data_page.trash.delete").click().run()
    assert root.is_dir()
    app.button(key="data_page.trash.sure").click().run()
    assert not app.exception and not root.exists()
    app = open_page("data")
    (back,) = [button for button in app.button if button.label == "Restore"]
    back.click().run()
    assert read_dataset(root).title == "mine"


# --- photos that join -----------------------------------------------------------------------------


def form(open_page, **values):
    """The form that adds photos, its controls set in order."""
    app = open_page("data")
    app.button(key="data_page.add").click().run()
    for name, value in values.items():
        find = next(
            each
            for each in (*app.selectbox, *app.text_input, *app.segmented_control)
            if each.key == f"data_page.new.{name}"
        )
        find.set_value(value).run()
    assert not app.exception and app.query_params["view"] == "add"
    return app


def send(app, files):
    app.get("file_uploader")[0].set_value(files).run()
    return app.button(key="data_page.new.go")


def photos(*files):
    return [(name, picture(seed), "image/jpeg") for seed, name in enumerate(files)]


def test_photos_become_a_test_set_from_elsewhere(dataset, open_page):
    app = form(open_page, name="kitchen", origin="elsewhere", label="red")
    assert app.button(key="data_page.new.go").disabled
    bad = ("bad.jpg", b"no photo", "image/jpeg")
    send(app, [*photos("a.jpg", "img_0.jpg"), bad]).click().run()
    assert not app.exception and not app.error
    assert "2 photos added to kitchen" in visible_text(app)
    assert "bad.jpg: not a photo, despite its name" in visible_text(app).replace("\\", "")
    assert app.button(key="data_page.new.go").disabled
    app.button(key="data_page.back").click().run()
    assert app.query_params["set"] == "kitchen" and files_on(app) == ["a.jpg", "img_0.jpg"]
    found = read_dataset(dataset.root).test_set("kitchen")
    assert found.origin == "elsewhere" and found.labels["a.jpg"] == Label("red", ("red",))


def test_a_folder_per_class_joins_the_training_photos(dataset, open_page):
    app = form(open_page, split="train", label="")
    send(app, photos("books/red/a.jpg", "books/blue/a.jpg", "books/misc/a.jpg")).click().run()
    assert "2 photos added to train" in visible_text(app)
    told = visible_text(app).replace("\\", "")
    assert "books/misc/a.jpg: not in a class folder" in told
    assert read_dataset(dataset.root).added == {"blue/a.jpg": 1, "red/a.jpg": 1}
    assert len(files_on(open_page("data", set="train"))) in (9, 10, 11)  # what joined may validate


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "red", "label": "red"}, "choose another name, such as red\\_2"),
        ({"name": "my photos"}, "choose another name, such as my\\_photos"),
    ],
)
def test_photos_that_cannot_be_added_are_one_line(dataset, open_page, values, words):
    app = form(open_page, **values)
    send(app, photos("a.jpg")).click().run()
    assert not app.exception and words in app.error[0].value
    assert read_dataset(dataset.root) == dataset


def test_training_photos_need_a_class(dataset, open_page):
    assert send(form(open_page, split="train"), photos("a.jpg")).disabled


def test_what_use_looks_like_is_asked_and_kept(dataset, open_page):
    app = open_page("data")
    key = f"data_page.use.{dataset.root.name}.turned"
    app.session_state[f"data_page.use.{dataset.root.name}.open"] = True
    app.run()
    app.button_group(key=key).set_value("any").run()
    assert read_stated_use(dataset.root) == {"turned": "any"}
    assert app.button_group(key=key).value == "any" and not app.exception
    app.button_group(key=key).set_value(None).run()
    assert read_stated_use(dataset.root) == {}
    (dataset.root / "dataset.yaml").write_text("use: {turned: wildly}\n")
    assert "must be one of same, slightly, any" in app.run().error[0].value


def test_classes_that_are_told_without_the_object_are_named(dataset, open_page):
    for photo, label in zip(dataset.train, dataset.train_labels, strict=True):
        with Image.open(photo.path) as image:
            image.point(lambda value, label=label: value // (1 + 2 * label)).save(photo.path)
    app = open_page("data")
    app.session_state[f"data_page.shortcuts.{dataset.root.name}"] = True
    app.run()
    assert not app.exception
    assert any("can be predicted" in warning.value for warning in app.warning)
