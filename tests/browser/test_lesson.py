"""The lesson in Chromium: through all steps by key, in both languages, wide and narrow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_until_idle
from tests.factory import write_dataset
from tests.factory_examples import write_examples


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("lesson")
    dataset = write_dataset(root / "dataset" / "toy_books")
    examples = write_examples(root / "examples", dataset)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OVERFIT_LENS_EXAMPLES", str(examples))
        with serve(root / "runs", root / "dataset") as app:
            yield app


def expect_heading(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words)
    wait_until_idle(page)


def press(page: Page, key: str) -> None:
    page.locator("body").press(key)


def test_through_the_lesson_by_key(app, open_page):
    page = open_page(app.url)
    expect_heading(page, "Which one would you ship?")
    expect(page.locator(".js-plotly-plot .scatterlayer .js-line")).to_have_count(2)
    press(page, "ArrowRight")  # not before the vote
    expect(page.get_by_role("button", name=re.compile("Next"))).to_be_disabled()
    expect(page.get_by_text("cannot tell")).to_have_count(0)
    press(page, "b")
    expect(page.get_by_text("You chose")).to_be_visible()
    expect(page).to_have_url(re.compile("vote=B"))
    wait_until_idle(page)
    press(page, "ArrowRight")
    expect_heading(page, "The same books, elsewhere")
    expect(page.locator(".lesson .mark")).not_to_have_count(0)
    press(page, "ArrowRight")
    expect_heading(page, "Where each one looks")
    gaze = page.locator(".gaze-root[data-drawn]")
    first = gaze.get_attribute("data-moment")
    slider = page.get_by_role("slider", name="Training progress")
    slider.press("ArrowRight")  # moves the training, not the step
    expect(gaze).not_to_have_attribute("data-moment", str(first))
    expect(page.locator("h1")).to_have_text("Where each one looks")
    seen = page.locator(".pile").first.locator("img.seen")
    expect(seen).to_have_count(1)
    page.get_by_role("button", name="Play training").click()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("end of training"))
    slider.blur()
    for words in ("Hide the book", "Which layers changed", "What fixes it", "Your turn"):
        press(page, "ArrowRight")
        expect(page.locator("h1")).to_contain_text(words)
        wait_until_idle(page)
    press(page, "ArrowLeft")
    expect_heading(page, "What fixes it")
    press(page, "ArrowRight")
    wait_until_idle(page)
    page.get_by_text("What fixes it?").click()
    expect(page.get_by_text("measure it on your own photos")).to_be_visible()
    page.get_by_role("link", name="Open the failing recipe on Train").click()
    expect_heading(page, "Train")
    expect(page).to_have_url(re.compile("/train.*preset=looks-good"))
    expect(page.locator(".rates .rate")).to_have_text(["1e-1", "1e-2"])


def test_a_step_with_its_choice_reopens_from_its_link(app, open_page):
    page = open_page(f"{app.url}/?step=6")
    page.get_by_role("radio", name="Without augmentation").click()
    expect(page.locator(".arm.chosen")).to_contain_text("Without augmentation")
    wait_until_idle(page)
    again = open_page(page.url)
    expect_heading(again, "What fixes it")
    expect(again.locator(".arm.chosen")).to_contain_text("Without augmentation")


def test_a_word_of_the_trade_opens_by_key(app, open_page):
    page = open_page(app.url)
    term = page.locator("summary", has_text="validation").first
    expect(page.get_by_text("Photos held out from training")).to_be_hidden()
    term.focus()
    term.press("Enter")
    expect(page.get_by_text("Photos held out from training")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
@pytest.mark.parametrize("step", range(1, 8))
def test_every_step_fits_the_screen(app, open_page, step, width, dark):
    page = open_page(f"{app.url}/?step={step}&vote=A", width, dark)
    overflow = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth; }"
    )
    assert overflow <= 0
