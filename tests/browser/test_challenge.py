"""What a visitor does, in Japanese: through the lesson, a vote, the challenge, its recipe
launched, its verdict, and its place on the board."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from core.base.language import _, ngettext, translate, use_language
from core.data.challenge_photos import draw_challenge_set
from core.lesson.steps import titles
from core.store.run import find_runs
from core.toy_books import draw_toy_books
from tests.browser.conftest import wait_until_idle
from tests.waiting import kill_worker

FAST_CHANGES = {
    "weights": "none",
    "image_size": 64,
    "stages": [{"train": "head", "epochs": 1}, {"train": "bands", "epochs": 1}],
}


@pytest.fixture
def app(serve, tmp_path):
    runs, books = tmp_path / "runs", tmp_path / "dataset" / "toy_books"
    draw_challenge_set(runs, 3)  # eighty take half a minute
    draw_toy_books(books, 3, train_per_book=3, backgrounds=3, easy=3, difficult=3, long_side=160)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("OVERFIT_LENS_EXAMPLES")  # the lesson is told from those that come along
            with serve(runs, books.parent) as app:
                yield app
    finally:
        kill_worker(runs)


def test_from_the_lesson_to_the_board(app, open_page):
    language = "ja"  # English ones: test_lesson.py, test_end_to_end.py
    with use_language(language):
        lang = f"lang={language}"
        page = open_page(f"{app.url}/?{lang}")
        complete_lesson(page)
        page.get_by_role("link", name=_("Challenge leaderboard")).click()
        expect(page.locator("h1")).to_have_text(_("Challenge"))
        assert lang in page.url
        launch_the_failing_recipe(page, lang)
        assert {run.recipe().image_size for run in find_runs(app.runs)} == {64}
        open_leaderboard(page, f"{app.url}/challenge?{lang}")
        run = find_runs(app.runs)[0]
        page.goto(f"{app.url}/run?run={run.id}&{lang}")
        found = translate(str((run.diagnosis() or {})["verdict"]))
        expect(page.get_by_text(found[0].upper() + found[1:]).first).to_be_visible()


def complete_lesson(page: Page) -> None:
    """Every step, by key; a vote at the first."""
    for number, title in enumerate(titles()):
        expect(page.locator("h1")).to_have_text(title)
        wait_until_idle(page)
        if number == 0:
            page.locator("body").press("b")
            expect(page).to_have_url(re.compile("vote=B"))
            wait_until_idle(page)
        if number < len(titles()) - 1:
            page.locator("body").press("ArrowRight")


def launch_the_failing_recipe(page: Page, lang: str) -> None:
    page.get_by_role("link", name=_("Open the failing recipe on Train with three seeds")).click()
    expect(page.get_by_role("textbox", name=_("Run name"))).to_have_value("looks-good")
    wait_until_idle(page)
    assert "preset=looks-good" in page.url and "seeds=3" in page.url and lang in page.url

    link = f"preset=looks-good&seeds=3&with={json.dumps(FAST_CHANGES)}&{lang}"
    page.goto(f"{page.url.partition('?')[0]}?{link}")
    expect(page.get_by_role("spinbutton", name=_("Photo size (pixels)"))).to_have_value("64")
    wait_until_idle(page)
    page.get_by_role("button", name=_("Launch")).click()
    told = "{count} runs launched. They continue even if you close this page."
    expect(page.get_by_text(translate(told.format(count=3)))).to_be_visible()


def open_leaderboard(page: Page, link: str) -> None:
    """It becomes one by itself as the runs end; from there the recipe is a click away."""
    page.goto(link)
    rank = page.get_by_role("button", name=ngettext("Rank {count} group", "Rank {count} groups", 1))
    expect(rank).to_be_visible()
    rank.click()
    named = _("Objects correct: {score}. Validation: {validation}.", score=r"\d.*", validation=".*")
    expect(page.get_by_role("img", name=re.compile(named))).to_be_visible()
    expect(page.get_by_role("heading", name="1", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile(r"\d")).filter(
        has_text=re.compile(_("{count} changes", count=r"\d"))
    ).click()
    expect(page.get_by_text("image_size")).to_be_visible()
    page.keyboard.press("Escape")

    page.set_viewport_size({"width": 390, "height": 900})
    wait_until_idle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name=_("Open recipe")).click()
    expect(page.get_by_role("textbox", name=_("Run name"))).to_have_value("looks-good")
    assert "again=" in page.url and "seeds=3" in page.url
    page.set_viewport_size({"width": 1440, "height": 900})
