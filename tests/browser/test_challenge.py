"""The challenge in a real browser: from the failing recipe to its place on the board."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from core.data.challenge_photos import draw_challenge
from core.data.toy_books import draw_toy_books
from core.store.run import find_runs
from tests.browser.conftest import serve, settled
from tests.browser.test_story import stop_worker

FAST = {
    "weights": "none", "image_size": 64,
    "stages": [{"train": "head", "epochs": 1}, {"train": "bands", "epochs": 1}],
}  # fmt: skip


@pytest.fixture
def app(tmp_path):
    runs, data = tmp_path / "runs", tmp_path / "dataset"
    draw_toy_books(
        data / "toy_books", 3, train_per_book=3, backgrounds=3, easy=0, difficult=4, long_side=160
    )
    draw_challenge(runs, 3)  # eighty take half a minute
    try:
        with serve(runs, data) as app:
            yield app
    finally:
        stop_worker(runs)


@pytest.mark.timeout(400)
def test_from_the_failing_recipe_to_the_board(app, open_page):
    page = open_page(f"{app.url}/challenge")
    page.get_by_role("link", name="Open the failing recipe on Train").click()
    expect(page.get_by_role("textbox", name="Name of the run")).to_have_value("looks-good")
    settled(page)
    expect(page.get_by_role("combobox", name="Repeat with")).to_have_value("3 seeds")
    assert "preset=looks-good" in page.url and "seeds=3" in page.url

    link = f"preset=looks-good&seeds=3&with={json.dumps(FAST)}"
    page.goto(f"{page.url.partition('?')[0]}?{link}")
    expect(page.get_by_text("over 2 epochs")).to_be_visible()
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_text("3 runs are on their way")).to_be_visible()
    assert {run.recipe().image_size for run in find_runs(app.runs)} == {64}

    page.goto(f"{app.url}/challenge")  # it becomes a board by itself as the runs end
    rank = page.get_by_role("button", name="Rank 1 group")
    expect(rank).to_be_visible(timeout=200_000)
    rank.click()
    card = page.get_by_role("img", name=re.compile("Objects named right: .* Validation: "))
    expect(card).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", name="1", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("[23] of 3|no majority"))).to_be_visible()
    page.get_by_role("button", name=re.compile(r"\d changes?")).click()
    expect(page.get_by_text("image_size")).to_be_visible()
    page.keyboard.press("Escape")

    page.set_viewport_size({"width": 390, "height": 900})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Open its recipe").click()
    expect(page.get_by_role("textbox", name="Name of the run")).to_have_value("looks-good")
    assert "again=" in page.url and "seeds=3" in page.url
