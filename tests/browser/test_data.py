"""The Data page in Chromium: the wall of the bundled set, and a zip from upload to verdict."""

from __future__ import annotations

import json
import re
import shutil
import zipfile

import pytest
from playwright.sync_api import Page, expect

from core.data.dataset import read_dataset
from core.data.label_edits import label_versions
from core.jobs.tasks.train_run import run_training
from core.store.run import create_run
from core.store.status import utc_now
from tests.browser.conftest import wait_until_idle
from tests.conftest import TOY_BOOKS, fast_recipe
from tests.factory import write_dataset
from tests.waiting import kill_worker


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    (root / "runs").mkdir()
    shutil.copytree(TOY_BOOKS, root / "dataset" / "toy_books")
    with serve(root / "runs", root / "dataset") as app:
        yield app
    kill_worker(app.runs)


@pytest.fixture(scope="module")
def zipped(tmp_path_factory):
    """A zip of a photo set without labels, with a file that is no photo."""
    place = tmp_path_factory.mktemp("zip")
    dataset = write_dataset(place / "Shelf", labelled=False)
    (dataset.root / "train" / "red" / "bad.jpg").write_bytes(b"no photo")
    with zipfile.ZipFile(place / "My shelf.zip", "w") as archive:
        for path in sorted(dataset.root.rglob("*.jpg")):
            archive.write(path, path.relative_to(place))
    return place / "My shelf.zip"


def tiles(page: Page):
    return page.get_by_role("button", name=re.compile("^Open "))


def fits_width(page: Page) -> bool:
    return page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; }"
    )


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the photo to another, as shares of its width and height."""
    frame = page.locator(".stage").bounding_box()
    assert frame
    at = lambda p: (frame["x"] + p[0] * frame["width"], frame["y"] + p[1] * frame["height"])  # noqa: E731
    page.mouse.move(*at(start))
    page.mouse.down()
    page.mouse.move(*at(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)), steps=3)
    page.mouse.move(*at(end), steps=3)
    page.mouse.up()


def test_the_bundled_photos_hang_and_open_and_keys_walk(app, open_page):
    page = open_page(f"{app.url}/data")
    expect(tiles(page)).to_have_count(40)
    expect(page.locator(".wall .box")).not_to_have_count(0)
    page.get_by_role("radio", name="ferns · 17").click()
    expect(tiles(page)).to_have_count(17)
    assert "class=ferns" in page.url
    tiles(page).first.click()
    where = page.locator(".where")
    expect(where).to_contain_text("img_0002.jpg 1 of 17")
    page.keyboard.press("ArrowRight")
    expect(where).to_contain_text("2 of 17")
    again = open_page(page.url, 390, True)
    expect(again.locator(".where")).to_contain_text("2 of 17")
    expect(again.locator(".stage img")).to_be_visible()
    assert fits_width(again)
    page.keyboard.press("ArrowLeft")
    expect(where).to_contain_text("img_0002.jpg 1 of 17")
    page.keyboard.press("Escape")
    expect(tiles(page)).to_have_count(17)


@pytest.mark.parametrize(
    "link", ["", "?set=train&folds=3", "?view=upload", "?set=test&photo=img_0001.jpg&edit=1"]
)
def test_every_view_fits_a_phone(app, open_page, link):
    page = open_page(f"{app.url}/data{link}", 390)
    expect(page.locator(".wall, .stage, [data-testid=stFileUploader]").first).to_be_visible()
    assert fits_width(page)


def test_a_zip_is_taken_labelled_by_hand_and_gets_a_verdict(app, open_page, zipped):
    page = open_page(f"{app.url}/data")
    page.get_by_role("button", name="New data set").click()
    page.locator("input[type=file]").set_input_files(zipped)
    name = page.get_by_role("textbox", name="Name of the data set")
    expect(name).to_have_value("My_shelf")
    name.fill("toy_books")
    name.press("Enter")
    expect(page.get_by_text("already exists. Choose another name")).to_be_visible()
    expect(page.get_by_role("button", name="Import")).to_be_disabled()
    name.fill("shelf")
    name.press("Enter")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("21 photos imported, 1 files excluded")).to_be_visible()
    expect(page.get_by_role("button", name="Train with quick")).to_be_visible()
    page.get_by_role("button", name="View photos").click()
    expect(tiles(page)).to_have_count(6)
    expect(page.get_by_text("0 of 6 labelled, 0 with boxes")).to_be_visible()

    dataset = read_dataset(app.runs.parent / "dataset" / "shelf")
    run = create_run(app.runs, fast_recipe(), dataset.root, utc_now)
    run_training(run, utc_now)
    assert (run.summary() or {})["sets"]["test_difficult"]["localisation"] is None

    # By pointer: two boxes, one moved, one made larger, one undone.
    tiles(page).first.click()
    expect(page.locator(".where")).to_contain_text("img_0.jpg 1 of 6")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    drag(page, (0.1, 0.2), (0.4, 0.8))
    boxes = page.locator(".stage .box[data-index]")
    expect(boxes).to_have_count(1)
    expect(page.get_by_role("radio", name="blue")).to_be_checked()
    drag(page, (0.25, 0.5), (0.3, 0.5))  # the chosen box is moved
    drag(page, (0.45, 0.8), (0.5, 0.9))  # and its corner pulled
    drag(page, (0.6, 0.2), (0.9, 0.8))  # elsewhere a new one is drawn
    expect(boxes).to_have_count(2)
    page.get_by_role("combobox", name="Object in box 2").select_option("red")
    expect(page.get_by_role("checkbox", name="red")).to_be_checked()
    drag(page, (0.02, 0.02), (0.1, 0.1))
    expect(boxes).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(boxes).to_have_count(2)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved img_0.jpg.")).to_be_visible()

    # By keyboard: the next photo, a box, its class, its place, and on.
    page.keyboard.press("n")
    expect(page.locator(".where")).to_contain_text("img_1.jpg")
    page.keyboard.press("b")
    expect(boxes.first).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("n")
    expect(page.locator(".where")).to_contain_text("img_2.jpg")
    page.get_by_role("radio", name="blue").check()
    page.keyboard.press("ArrowRight")  # among the radio buttons: a choice, not a walk
    expect(page.get_by_role("radio", name="red")).to_be_checked()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_text("Your changes to this photo are not saved.")).to_be_visible()
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".where")).to_contain_text("img_3.jpg")

    saved = read_dataset(dataset.root).test_set("test_difficult")
    assert {file: label.primary for file, label in saved.labels.items()} == {
        "img_0.jpg": "blue",
        "img_1.jpg": "red",
        "img_2.jpg": "red",
    }
    first, second = saved.boxes["img_0.jpg"]
    assert (first.label, second.label) == ("blue", "red")
    near = lambda value: pytest.approx(value, abs=0.02)  # noqa: E731
    assert (first.x0, first.x1, first.y1) == (near(0.15), near(0.5), near(0.9))
    (made,) = saved.boxes["img_1.jpg"]
    assert (made.x0, made.y0, made.x1, made.y1) == (0.31, 0.3, 0.71, 0.71)
    assert len(label_versions(dataset.root)) == 3

    # What is not saved is still there after a look at another page.
    page.keyboard.press("b")
    expect(boxes).to_have_count(1)
    draft = page.url
    page.goto(f"{app.url}/data?data=shelf")
    expect(page.get_by_text("3 of 6 labelled, 2 with boxes")).to_be_visible()
    page.goto(draft)
    expect(page.get_by_text("These changes are not saved yet.")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Edit labels and boxes")).to_be_visible()
    page.keyboard.press("Escape")

    # The finished run is scored by these labels, without training.
    weights = (run.path / "weights.safetensors").read_bytes()
    page.get_by_role("button", name="Rescore 1 run with these labels").click()
    expect(page.get_by_text("are scored with the current labels")).to_be_visible()
    found = (run.summary() or {})["sets"]["test_difficult"]
    assert found["scores"]["primary"]["total"] == 3
    assert found["localisation"]["lift"] is not None
    assert json.loads((run.path / "diagnosis.json").read_text())["verdict"]
    assert (run.path / "weights.safetensors").read_bytes() == weights

    page.get_by_text(re.compile(r"^Earlier labels")).click()
    page.get_by_role("button", name="Restore").first.click()
    expect(page.get_by_text("2 of 6 labelled")).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Rescore 1 run")).to_be_visible()
