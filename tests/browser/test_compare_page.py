"""Compare in a real browser: what only a browser shows, links, hovers, clicks and downloads."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from PIL import Image, ImageColor
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, wait_two_frames, wait_until_idle
from tests.factory import write_batches_and_timing, write_dataset, write_run

PLOT = ".js-plotly-plot"
# Where on the page the first line's fourth point is.
ON_A_LINE = """plot => {
  const points = plot.calcdata.find((line) => line.length > 3), { trace } = points[0];
  const axis = (name) => plot._fullLayout[name[0] + "axis" + name.slice(1)];
  const [x, y] = [axis(trace.xaxis), axis(trace.yaxis)];
  const { left, top } = plot.getBoundingClientRect();
  return [left + x._offset + x.c2p(points[3].x), top + y._offset + y.c2p(points[3].y)];
}"""


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("compare")
    dataset = write_dataset(root / "dataset" / "toy_books")
    for number in range(12):
        preset = "looks-good" if number % 3 == 0 else "quick"
        write_batches_and_timing(
            write_run(root / "runs", dataset, preset, changes={"seed": number}, minutes=number)
        )
    with serve(root / "runs", root / "dataset") as app:
        yield app


def ids(app: App, count: int) -> str:
    return ",".join(sorted(path.parent.name for path in app.runs.glob("*/status.json"))[:count])


def open_section(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    wait_until_idle(page)


def test_a_link_reopens_curves_as_they_were_and_a_zoom_moves_all_panels(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 2)}")
    open_section(page, "Curves")
    page.get_by_role("radio", name="step", exact=True).click()
    page.get_by_text("Log scale for losses").click()
    expect(page).to_have_url(re.compile("section=Curves"))
    expect(page).to_have_url(re.compile("axis=step"))
    expect(page).to_have_url(re.compile("log=true"))
    link = page.url
    open_section(page, "Layers")
    open_section(page, "Curves")  # as it was left
    expect(page.get_by_role("radio", name="step", exact=True)).to_be_checked()
    other = open_page(link)
    expect(other.get_by_role("radio", name="step", exact=True)).to_be_checked()
    expect(other.get_by_text("Training loss is per batch")).to_be_visible()
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
    half = 0.5 * (full[0][1] - full[0][0])
    other.wait_for_function(
        f"half => {{ const [upper, lower] = ({ranges})(document.querySelector('{PLOT}'));"
        " return upper[1] - upper[0] < half && String(upper) === String(lower) }",
        arg=half,
    )


def test_a_line_under_the_pointer_is_named_and_lit_in_every_panel(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 12)}&section=Curves")
    expect(page.get_by_role("button", name="12 of 14 selected")).to_be_visible()
    plot = page.locator(f"{PLOT}[data-followed]")
    expect(plot).to_have_count(1)
    plot.scroll_into_view_if_needed()
    page.mouse.move(*plot.evaluate(ON_A_LINE))
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
    # The diagonal's second cell of three: a red or blue book, predicted correctly.
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_text(re.compile("predicted correctly"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("img_"))).not_to_have_count(0)
    expect(page).to_have_url(re.compile("cell="))
    other = open_page(page.url)  # the same view in another browser
    expect(other.get_by_text(re.compile("predicted correctly"))).to_be_visible()
    open_section(page, "Scores")
    expect(page).not_to_have_url(re.compile("cell="))


def test_numbers_come_as_csv_and_a_photo_leads_to_its_class_maps(app, open_page, tmp_path):
    chosen = ids(app, 2)
    page = open_page(f"{app.url}/compare?runs={chosen}&section=Photos&set=test_difficult")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    target = Path(tmp_path / "numbers.csv")
    download.value.save_as(target)
    assert download.value.suggested_filename == "answers-test-difficult.csv"
    with target.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {"file", "truth", "predicted", "probability", "run"} <= set(rows[0])
    assert len(rows) == 2 * 6
    page.locator(".table-root tbody tr").first.locator("td").last.click()
    link = page.get_by_role("link", name="See where they look at this photo")
    expect(link).to_have_attribute("href", re.compile(r"open=img_0\.jpg"))
    expect(page).to_have_url(re.compile("photo=img_0"))
    expect(
        open_page(page.url).get_by_role("link", name="See where they look at this photo")
    ).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", name="CAMs")).to_be_visible()
    expect(page).to_have_url(re.compile("set=test_difficult|open=img_0"))


def test_a_photo_is_chosen_by_keys_and_given_up_by_the_same(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 2)}&section=Photos&set=test_difficult")
    rows = page.locator(".table-root").first.locator("tbody tr")
    expect(rows).to_have_count(6)
    assert rows.nth(1).locator("img").evaluate("img => img.naturalWidth > 100")
    rows.nth(0).get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = rows.nth(1).get_by_role("button")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"photo=img_1\.jpg"))
    link = page.get_by_role("link", name="See where they look at this photo")
    expect(link).to_be_visible()
    expect(chosen).to_be_focused()
    rows.nth(3).locator("td").last.click()
    expect(page).to_have_url(re.compile(r"photo=img_3\.jpg"))
    expect(chosen).to_have_attribute("aria-pressed", "false")
    page.go_back()
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".table-root tbody [aria-pressed=true]")).to_have_count(1)
    wait_until_idle(page)
    chosen.click()
    expect(link).to_have_count(0)
    expect(page).not_to_have_url(re.compile("photo="))


def test_words_of_a_row_can_be_marked_without_choosing_it(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 2)}&section=Photos&set=test_difficult")
    cell = page.locator(".table-root tbody tr").nth(1).locator("td").last
    box = cell.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 15, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, middle, steps=4)
    page.mouse.up()
    assert page.evaluate("String(getSelection())")
    wait_until_idle(page)
    # What is chosen next is the first choice of all: one step back, none is.
    page.locator(".table-root tbody tr").nth(3).locator("td").last.click()
    expect(page).to_have_url(re.compile(r"photo=img_3\.jpg"))
    page.go_back()
    expect(page).to_have_url(re.compile("section=Photos"))
    expect(page).not_to_have_url(re.compile("photo="))


# Collects what is to happen every second.
_CAPTURE_TIMERS_JS = """() => {
  const { setInterval, clearInterval } = window;
  window.ticks = new Map();
  window.setInterval = (tick, every, ...rest) => {
    const id = setInterval(tick, every, ...rest);
    if (every === 1000) window.ticks.set(id, tick);
    return id;
  };
  window.clearInterval = (id) => { window.ticks.delete(id); clearInterval(id); };
}"""


def test_a_figure_stays_what_it_is_when_the_page_turns_dark(app, open_page):
    page = open_page(
        f"{app.url}/compare?runs={ids(app, 2)}&section=Curves", script=_CAPTURE_TIMERS_JS
    )
    plot = page.locator(PLOT)
    expect(plot).to_have_count(1)
    without = plot.evaluate("plot => plot.data.length")
    page.get_by_role("slider", name="Smoothing").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("smooth="))
    wait_until_idle(page)
    page.wait_for_function(
        "count => document.querySelector('.plot').data.length > count", arg=without
    )
    before = plot.evaluate("plot => [plot.data.length, plot._fullLayout.font.color]")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "was => document.querySelector('.plot')._fullLayout.font.color !== was", arg=before[1]
    )
    # Each figure looks every second whether the page is light or dark: an old one would be drawn.
    page.evaluate("() => window.ticks.forEach((tick) => tick())")
    wait_two_frames(page)
    assert plot.evaluate("plot => plot.data.length") == before[0]


def middle_of_first_step(line: Locator) -> tuple[float, float]:
    """Where on the page a line is halfway between its first two axes."""
    x, y = line.evaluate("""line => {
        const {left, top} = line.ownerSVGElement.getBoundingClientRect();
        const [[x0, y0], [x1, y1]] = line.getAttribute("d").match(/[\\d.]+ [\\d.]+/g)
            .map(place => place.split(" ").map(Number));
        return [left + (2 * x0 + x1) / 3, top + (2 * y0 + y1) / 3];
    }""")
    return x, y


def test_recipes_are_lines_that_are_named_and_sifted(app, open_page):
    # One run of `looks-good`, and two of `quick` that lie on each other.
    page = open_page(f"{app.url}/compare?runs={ids(app, 3)}&section=Recipes")
    figure = page.locator(".parallel")
    lines, tip = figure.locator(".line"), figure.locator(".tip")
    expect(lines).to_have_count(3)
    expect(tip).to_be_hidden()
    lines.first.scroll_into_view_if_needed()
    page.mouse.move(*middle_of_first_step(lines.nth(0)))
    expect(tip).to_have_text("looks-good, seed 0")
    expect(figure.locator(".front path")).to_have_count(1)
    expect(figure.locator(".words")).to_contain_text("verdict overfit that looks good")
    page.mouse.move(*middle_of_first_step(lines.nth(1)))
    expect(tip).to_have_text("quick, seed 1\nquick, seed 2")
    # Along the last axis: the upper half keeps the one verdict, a click takes that back.
    verdict = figure.get_by_role("slider", name="verdict")
    box = verdict.bounding_box()
    x = box["x"] + box["width"] / 2
    page.mouse.move(x, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(x, box["y"] + box["height"] / 3, steps=4)
    page.mouse.up()
    expect(figure.locator(".line:visible")).to_have_count(1)
    expect(verdict).to_have_attribute("aria-valuetext", "1 of 3 lines are in range.")
    page.mouse.click(x, box["y"] + box["height"] / 2)
    expect(figure.locator(".line:visible")).to_have_count(3)
    # The keys do the same: from tick to tick on an axis, from line to line among those kept.
    verdict.press("ArrowUp")
    expect(figure.locator(".line:visible")).to_have_count(2)
    kept = figure.get_by_role("img", name=re.compile("^quick, seed"))
    kept.nth(0).focus()
    expect(tip).to_have_text("quick, seed 1")
    page.keyboard.press("ArrowDown")
    expect(kept.nth(1)).to_be_focused()
    expect(tip).to_have_text("quick, seed 2")
    page.keyboard.press("Escape")
    expect(figure.locator(".line:visible")).to_have_count(3)


def test_recipes_can_be_taken_along(app, open_page, tmp_path):
    page = open_page(f"{app.url}/compare?runs={ids(app, 3)}&section=Recipes")
    figure = page.locator(".parallel")
    with page.expect_download() as download:
        figure.get_by_role("button", name="Download PNG").click()
    assert download.value.suggested_filename == "recipes-and-results.png"
    download.value.save_as(tmp_path / "lines.png")
    across = float(figure.locator("svg").get_attribute("width"))
    with Image.open(tmp_path / "lines.png") as picture:
        assert picture.width == pytest.approx(2 * across, abs=2)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(picture.size[0] ** 2)}
    for number in range(3):  # each line, or its mark in the legend
        line = figure.locator(".line").nth(number)
        assert ImageColor.getrgb(line.evaluate("line => getComputedStyle(line).stroke")) in colours
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").last.click()
    assert download.value.suggested_filename == "recipes-and-results.csv"
    download.value.save_as(tmp_path / "lines.csv")
    with (tmp_path / "lines.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["verdict"] for row in rows] == ["overfit that looks good", *["generalises"] * 2]


def test_of_many_the_choice_is_behind_a_button_that_stays_open(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 10)}")
    expect(page.get_by_label("Runs and groups of repeats")).to_have_count(0)
    page.get_by_role("button", name="10 of 14 selected").click()
    chooser = page.get_by_role("dialog", name="selected")
    chooser.get_by_role("button", name=re.compile("^(Remove|Clear) .*seed 9")).click()
    wait_until_idle(page)
    expect(page.get_by_role("button", name="9 of 14 selected")).to_be_visible()
    expect(chooser).to_be_visible()
    assert len(re.findall("quick-s|looks-good-s", page.url)) == 9
    page.keyboard.press("Escape")
    expect(chooser).to_have_count(0)
    again = open_page(page.url)  # as many as colours can tell apart and one: in the open
    expect(again.get_by_role("button", name="9 of 14 selected")).to_have_count(0)


def test_what_many_are_compared_with_is_told_and_can_be_changed(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 10)}")
    first = page.locator(".table-root tbody tr").first
    expect(first).to_contain_text("looks-good, seed 0")
    page.get_by_role("button", name="Compared with: looks-good, seed 0").click()
    page.get_by_role("combobox", name="Compared with").click()
    page.get_by_role("option", name="quick, seed 4").click()
    expect(page.get_by_role("button", name="Compared with: quick, seed 4")).to_be_visible()
    expect(first).to_contain_text("quick, seed 4")
    expect(page).to_have_url(re.compile("against=.*s4"))


def test_narrow_it_does_not_scroll_sideways(app, open_page):
    page = open_page(f"{app.url}/compare?runs={ids(app, 12)}", width=390)
    for section in ("Scores", "Curves", "Photos", "Confusion", "Layers", "Recipes"):
        open_section(page, section)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), section
