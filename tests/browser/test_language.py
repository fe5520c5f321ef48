"""The chosen language goes with the visitor: by button, link, navigation and a new tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_until_idle
from tests.factory import write_dataset


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("language")
    write_dataset(root / "dataset" / "toy_books")
    with serve(root / "runs", root / "dataset") as app:
        yield app


def expect_language(page: Page, language: str) -> None:
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("width", [1440, 390])
def test_chosen_in_the_page_and_in_the_link(app, open_page, width):
    page = open_page(f"{app.url}/challenge", width=width)
    expect_language(page, "en")
    expect(page.locator("h1")).to_have_text("Challenge")
    page.get_by_role("button", name="日本語で表示").click()
    expect(page.locator("h1")).to_have_text("チャレンジ")
    expect(page).to_have_url(re.compile(r"challenge\?lang=ja"))
    expect_language(page, "ja")
    again = open_page(page.url, width=width)
    expect(again.locator("h1")).to_have_text("チャレンジ")
    again.get_by_role("button", name="English").click()
    expect(again.locator("h1")).to_have_text("Challenge")
    expect(again).not_to_have_url(re.compile("lang"))
    expect_language(again, "en")
    box = page.get_by_role("button", name="English").bounding_box()
    menu = page.get_by_test_id("stMainMenu").get_by_role("button").bounding_box()
    assert box["y"] + box["height"] < 60 and box["x"] + box["width"] <= menu["x"]


def test_it_goes_along_to_other_pages(app, open_page):
    page = open_page(f"{app.url}/challenge?lang=ja")
    link = page.get_by_test_id("stTopNavLink").filter(has_text="ワーカー")
    link.hover()
    link.dispatch_event("pointerdown")  # as a middle button begins, or "copy the link"
    assert link.get_attribute("href").endswith("?lang=ja")
    link.click()
    expect(page).to_have_url(re.compile(r"/worker\?lang=ja"))
    wait_until_idle(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text("チャレンジ")
    expect(page).to_have_url(re.compile("lang=ja"))


def test_a_language_that_is_not_there_is_english(app, open_page):
    page = open_page(f"{app.url}/challenge?lang=xx")
    expect(page.locator("h1")).to_have_text("Challenge")
    expect(page).not_to_have_url(re.compile("lang"))
