"""The table of Runs in real browsers: what one does another sees, and every view is a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.jobs.local import LocalExecutor
from core.store.annotations import annotate, read_annotations
from core.store.run import find_runs, open_run
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("runs_table")
    dataset = write_dataset(root / "dataset" / "toy_books")
    for number, preset in enumerate(["quick", "quick", "looks-good", "quick-bare"]):
        write_run(root / "runs", dataset, preset, changes={"seed": number % 2}, minutes=number)
    with serve(root / "runs", root / "dataset") as app:
        yield app


def row(page: Page, title: str) -> Locator:
    return page.locator(".runs-root tbody tr").filter(has=page.get_by_title(title, exact=True))


def star(page: Page, title: str) -> Locator:
    return row(page, title).locator(".star button")


def count(page: Page) -> Locator:
    return page.locator(".runs-root .count")


def test_star_tag_search_delete_undo_and_the_link(app, open_page):
    page = open_page(f"{app.url}/runs?group=none")
    expect(count(page)).to_have_text("4 runs")
    star(page, "looks-good").click()
    expect(star(page, "looks-good")).to_have_attribute("aria-pressed", "true")
    row(page, "looks-good").get_by_role("checkbox").check()
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("textbox", name="New tag").fill("class-3")
    page.get_by_role("button", name="Add").click()
    expect(row(page, "looks-good").get_by_text("class-3")).to_be_visible()
    page.keyboard.press("Escape")
    box = page.get_by_role("combobox", name="Search runs")
    box.press_sequentially("ver")
    page.get_by_role("option", name=re.compile("^verdict:")).click()
    page.get_by_role("option", name="overfit that looks good").click()
    expect(box).to_have_value('verdict:"overfit that looks good" ')
    box.press_sequentially("tag:class-3 is:starred")
    expect(count(page)).to_have_text("1 of 4 runs")
    box.press("Escape")
    page.get_by_role("button", name="objects", exact=True).click()
    expect(page).to_have_url(re.compile("sort=-objects"))
    again = open_page(page.url, new_context=True)
    expect(count(again)).to_have_text("1 of 4 runs")
    expect(star(again, "looks-good")).to_have_attribute("aria-pressed", "true")
    expect(again.get_by_role("columnheader", name="objects")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("1 run deleted.")).to_be_visible()
    expect(count(again)).to_have_text("0 of 3 runs")
    page.get_by_role("button", name="Undo").click()
    expect(count(page)).to_have_text("1 of 4 runs")
    expect(count(again)).to_have_text("1 of 4 runs")


def test_two_people_see_each_others_edits_and_lose_none(app, open_page):
    one = open_page(f"{app.url}/runs?group=none&q=quick")
    two = open_page(f"{app.url}/runs?group=none&q=quick", new_context=True)
    one.evaluate("() => { window.still = true }")  # gone if the page were loaded anew
    star(one, "quick, seed 0").click()
    star(two, "quick, seed 1").click()
    for page in (one, two):
        for title in ("quick, seed 0", "quick, seed 1"):
            expect(star(page, title)).to_have_attribute("aria-pressed", "true")
    run = next(run for run in find_runs(app.runs) if "quick-s0" in run.id)
    annotate(run, add_tags=["from-the-command-line"])
    for page in (one, two):
        expect(row(page, "quick, seed 0").get_by_text("from-the-command-line")).to_be_visible()
    assert one.evaluate("window.still")
    assert read_annotations(run).starred


def test_errors_are_told_under_the_box_and_the_keyboard_walks_the_rows(app, open_page):
    page = open_page(f"{app.url}/runs?group=none")
    box = page.get_by_role("combobox", name="Search runs")
    box.press_sequentially("learning<3")
    refused = page.get_by_role("alert").filter(has_text="`learning` is not a run key")
    expect(refused).to_be_visible()
    box.press(" ")  # the same search: the error stays
    expect(refused).to_be_visible()
    page.get_by_role("button", name="Clear search").click()
    expect(count(page)).to_have_text("4 runs")
    names = page.locator(".runs-root .name")
    names.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.get_by_text("1 run selected")).to_be_visible()
    expect(names.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=names.nth(1).get_attribute("title"))).to_be_visible()
    expect(page).to_have_url(re.compile("run="))


def test_groups_unfold_and_the_narrow_page_does_not_scroll_sideways(app, open_page):
    page = open_page(f"{app.url}/runs", 390)
    group = page.locator(".runs-root tr.group .name")
    expect(group).to_have_attribute("aria-expanded", "false")
    group.click()
    expect(page.locator(".runs-root tr.member")).to_have_count(2)
    again = open_page(page.url)
    expect(again.locator(".runs-root tr.member")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_launch_is_seen_by_others(app, open_page):
    page = open_page(f"{app.url}/runs?group=none&q=is:live")
    expect(count(page)).to_have_text(re.compile("^0 of"))
    waiting = write_run(
        app.runs, write_dataset(app.runs.parent / "more"), state="queued", minutes=9
    )
    expect(count(page)).to_have_text(re.compile("^1 of"))
    LocalExecutor(app.runs).cancel(open_run(app.runs, waiting.id).id)
    expect(count(page)).to_have_text(re.compile("^0 of"))
