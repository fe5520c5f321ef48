"""Capture in Chromium as a person does it: ten photos by file, answered by runs that were really
trained; another who looks sees them arrive."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from core.capture.session import find_sessions, open_session
from core.data.dataset import BACKGROUND
from core.jobs.tasks.train_run import run_training
from core.store.run import create_run
from tests.browser.conftest import wait_until_idle
from tests.conftest import fast_recipe, fixed_clock
from tests.core.capture.photos import phone_photo
from tests.factory import write_dataset

PHOTOS = 10


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("capture")
    dataset = write_dataset(root / "dataset" / "books")
    for preset in ("quick", "looks-good"):
        recipe = fast_recipe(preset, name=preset, stages__1__cycles=1)
        run_training(create_run(root / "runs", recipe, dataset.root, fixed_clock), fixed_clock)
    with serve(root / "runs", root / "dataset") as app:
        yield app


def test_ten_photos_are_labelled_by_the_asking_and_answered(app, open_page, tmp_path):
    page = open_page(f"{app.url}/capture")
    page.get_by_role("button", name="Begin").click()
    labels = []
    for number in range(1, PHOTOS + 1):
        asked = page.get_by_role("heading", name=re.compile("^Photograph "))
        expect(asked).to_be_visible()
        wait_until_idle(page)
        label = asked.inner_text().removeprefix("Photograph ").split(",")[0]
        labels.append(BACKGROUND if label == "none of these" else label)
        (tmp_path / "photo.jpg").write_bytes(phone_photo(number))
        page.locator("input[type=file]").set_input_files(tmp_path / "photo.jpg")
        count = "1 photo" if number == 1 else f"{number} photos"
        expect(page.get_by_role("heading", name=count, exact=True)).to_be_visible()
    [folder] = find_sessions(app.runs.parent / "dataset" / "books")
    assert [picture.label for picture in open_session(folder).pictures] == labels
    expect(page.get_by_text(re.compile(rf"of {PHOTOS} correct"))).to_have_count(2)
    expect(page.get_by_alt_text(re.compile("^Where run "))).to_have_count(2)

    other = open_page(page.url, 390, dark=True)
    assert other.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth <= main.clientWidth; }"
    )
    page.get_by_role("button", name="Undo").click()
    expect(other.get_by_role("heading", name=f"{PHOTOS - 1} photos")).to_be_visible()
    assert len(open_session(folder).pictures) == PHOTOS - 1
