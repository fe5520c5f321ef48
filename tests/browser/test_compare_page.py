"""Compare in a real browser: what only a browser shows, links, hovers, clicks and downloads."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, serve, settled
from tests.factory import write_dataset, write_run, write_steps

PLOT = ".js-plotly-plot"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    root = tmp_path_factory.mktemp("compare")
    dataset = write_dataset(root / "dataset" / "toy_books")
    for number in range(12):
        preset = "looks-good" if number % 3 == 0 else "quick"
        write_steps(
            write_run(root / "runs", dataset, preset, changes={"seed": number}, minutes=number)
        )
    with serve(root / "runs", root / "dataset") as app:
        yield app


def ids(app: App, count: int) -> str:
    return ",".join(sorted(path.parent.name for path in app.runs.glob("*/status.json"))[:count])


def open_section(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settled(page)


def test_a_link_reopens_curves_as_they_were_and_a_zoom_moves_all_panels(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 2)}")
    open_section(page, "Curves")
    page.get_by_role("radio", name="step", exact=True).click()
    page.get_by_text("Log scale of the losses").click()
    expect(page).to_have_url(re.compile("section=Curves"))
    expect(page).to_have_url(re.compile("axis=step"))
    expect(page).to_have_url(re.compile("log=true"))
    link = page.url
    open_section(page, "Layers")
    open_section(page, "Curves")  # as it was left
    expect(page.get_by_role("radio", name="step", exact=True)).to_be_checked()
    other = open_page(link)
    expect(other.get_by_role("radio", name="step", exact=True)).to_be_checked()
    expect(other.get_by_text("Training loss is that of every batch")).to_be_visible()
    plot = other.locator(PLOT)
    expect(plot).to_have_count(1)
    area = plot.locator(".nsewdrag").first.bounding_box()
    middle = area["y"] + area["height"] / 2
    other.mouse.move(area["x"] + area["width"] * 0.3, middle)
    other.mouse.down()
    other.mouse.move(area["x"] + area["width"] * 0.6, middle, steps=5)
    other.mouse.up()
    ranges = "plot => [plot._fullLayout.xaxis.range, plot._fullLayout.xaxis2.range]"
    full = page.locator(PLOT).evaluate(ranges)
    other.wait_for_timeout(500)
    upper, lower = plot.evaluate(ranges)
    assert upper == lower
    assert upper[1] - upper[0] < 0.5 * (full[0][1] - full[0][0])


def test_a_line_under_the_pointer_is_named_and_lit_in_every_panel(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 12)}&section=Curves")
    expect(page.get_by_text("12 chosen of")).to_be_visible()
    plot = page.locator(f"{PLOT}[data-followed]")
    expect(plot).to_have_count(1)
    plot.scroll_into_view_if_needed()
    area = plot.locator(".nsewdrag").first.bounding_box()
    for share in (0.9, 0.8, 0.7, 0.6, 0.5):  # until some line is under it
        page.mouse.move(area["x"] + area["width"] * 0.12, area["y"] + area["height"] * share)
        page.wait_for_timeout(250)
        if plot.locator(".hovertext").count():
            break
    expect(plot.locator(".hovertext").first).to_contain_text(re.compile("quick|looks-good"))
    lit = plot.evaluate(
        "plot => [...plot.querySelectorAll('.scatterlayer .trace')]"
        ".filter(trace => trace.style.opacity === '1').length"
    )
    assert lit == 3  # training loss, validation loss, accuracy of one run


def test_a_click_on_a_cell_lists_its_photos(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 1)}&section=Confusion&set=test")
    plot = page.locator(PLOT)
    expect(plot).to_have_count(1)
    box = plot.locator(".nsewdrag").first.bounding_box()
    # The diagonal's second cell of three: a red or blue book, answered right.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_text(re.compile("answered right"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("img_"))).not_to_have_count(0)
    expect(page).to_have_url(re.compile("cell="))
    other = open_page(page.url)  # the same view in another browser
    expect(other.get_by_text(re.compile("answered right"))).to_be_visible()
    open_section(page, "Scores")
    expect(page).not_to_have_url(re.compile("cell="))


def test_numbers_come_as_csv_and_a_photo_leads_to_its_class_maps(app, open_page, tmp_path):
    chosen = ids(app, 2)
    page = open_page(f"{app.url}/compare?runs={chosen}&section=Photos&set=test_difficult")
    with page.expect_download() as download:
        page.get_by_role("button", name="Numbers as CSV").click()
    target = Path(tmp_path / "numbers.csv")
    download.value.save_as(target)
    assert download.value.suggested_filename == "answers-test-difficult.csv"
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {"file", "truth", "predicted", "probability", "run"} <= set(rows[0])
    assert len(rows) == 2 * 6
    table = page.get_by_test_id("stDataFrame").first
    box = table.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 36 + 32)  # the mark of the first row
    link = page.get_by_role("link", name="See where they look at this photo")
    expect(link).to_have_attribute("href", re.compile(r"open=img_0\.jpg"))
    expect(page).to_have_url(re.compile("photo=img_0"))
    expect(
        open_page(page.url).get_by_role("link", name="See where they look at this photo")
    ).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", name="CAMs")).to_be_visible()
    expect(page).to_have_url(re.compile("set=test_difficult|open=img_0"))


def test_narrow_it_does_not_scroll_sideways(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 12)}", width=390)
    for section in ("Scores", "Curves", "Photos", "Confusion", "Layers", "Recipes"):
        open_section(page, section)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), section
