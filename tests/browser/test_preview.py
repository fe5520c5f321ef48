"""What the preview process makes, in Chromium: the views of the bundled photos on Train, and Try it
with runs that were really trained."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from core.jobs.detached import DetachedProcess
from core.jobs.tasks.train_run import run_training
from core.store.run import create_run
from tests.browser.conftest import ROOT, wait_until_idle
from tests.conftest import TOY_BOOKS, fast_recipe, fixed_clock
from tests.core.conftest import reduce_diagnosis
from tests.factory import write_dataset
from tests.waiting import wait_for

MASKED_ANSWER = re.compile("^With the box hidden, it")


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("preview")
    photos = write_dataset(root / "photos").root
    for preset in ("quick", "looks-good"):
        recipe = fast_recipe(preset, name=preset, weights="imagenet", stages__1__cycles=1)
        with reduce_diagnosis():
            run_training(create_run(root / "runs", recipe, photos, fixed_clock), fixed_clock)
    with serve(root / "runs", ROOT / "dataset") as app:
        yield app


@pytest.fixture(scope="module")
def runs(app):
    return ",".join(sorted(path.name for path in app.runs.glob("2026*")))


def test_the_view_grid_shows_the_views_and_follows_the_controls(app, open_page):
    page = open_page(f"{app.url}/train")
    pictures = page.locator(".views img")
    expect(pictures).to_have_count(12)  # four photos, with two views each
    before = pictures.nth(1).get_attribute("src")
    page.get_by_text("Mixup", exact=True).click()
    expect(page.locator(".views figcaption", has_text="%")).to_have_count(8)
    expect(pictures.nth(1)).not_to_have_attribute("src", before)
    expect(page.locator(".views figcaption").nth(1)).to_have_text(
        re.compile(r"^epoch 1: \d+% ferns, \d+% \w+ \(\w+/img_\d+\.jpg\)$")
    )
    process = DetachedProcess("preview", app.runs)
    os.kill(process.pid(), signal.SIGKILL)
    wait_for(lambda: not process.alive())
    page.get_by_role("button", name="Show other views").click()
    expect(page.get_by_text("epochs 3 to 4 of 32")).to_be_visible()


def test_a_box_is_drawn_by_mouse_and_by_keys_and_the_link_brings_it_back(app, runs, open_page):
    page = open_page(f"{app.url}/try_it?runs={runs}")
    expect(page.get_by_role("heading", name=re.compile("^Predicts "))).to_have_count(2)
    stage, drawn = page.locator(".stage"), re.compile("Hidden: 1[23]% of the photo.")
    stage.scroll_into_view_if_needed()
    at = stage.bounding_box()
    page.mouse.move(at["x"] + 0.25 * at["width"], at["y"] + 0.25 * at["height"])
    page.mouse.down()
    page.mouse.move(at["x"] + 0.5 * at["width"], at["y"] + 0.75 * at["height"], steps=4)
    page.mouse.up()
    expect(page.get_by_text(MASKED_ANSWER)).to_have_count(2)
    expect(page.get_by_text(drawn)).to_be_visible()
    expect(page).to_have_url(re.compile(r"box=0\.25"))
    wait_until_idle(page)
    again = open_page(page.url)
    expect(again.get_by_text(MASKED_ANSWER)).to_have_count(2)
    assert (
        again.get_by_text(MASKED_ANSWER).all_inner_texts()
        == page.get_by_text(MASKED_ANSWER).all_inner_texts()
    )
    expect(again.get_by_text(drawn)).to_be_visible()

    stage.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_text(MASKED_ANSWER)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hidden: 16% of the photo.")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Hidden: 17% of the photo.")).to_be_visible()
    expect(page.get_by_text(MASKED_ANSWER)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"box=0\.3%2C0\.3%2C0\.72%2C0\.7"))


def test_ones_own_photo_on_a_narrow_screen(app, runs, open_page, tmp_path):
    page = open_page(f"{app.url}/try_it?runs={runs}", 390, dark=True)
    page.get_by_text("My photo", exact=True).click()
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    page.locator("input[type=file]").set_input_files(tmp_path / "bad.jpg")
    expect(page.get_by_text(re.compile("^bad.jpg: not a photo, despite its name"))).to_be_visible()
    photo = TOY_BOOKS / "test" / "img_0001.jpg"
    wait_until_idle(page)
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.get_by_role("heading", name=re.compile("^Predicts "))).to_have_count(2)
    page.get_by_role("button", name="Place box in the centre").click()
    expect(page.get_by_text(MASKED_ANSWER)).to_have_count(2)
    overflow = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth; }"
    )
    assert overflow <= 0
