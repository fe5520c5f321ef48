"""Every page in Chromium, with runs that the factory wrote: wide, narrow, links, the CAM grid."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import serve, settled
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    root = tmp_path_factory.mktemp("views")
    dataset = write_dataset(root / "dataset" / "toy_books")
    write_run(root / "runs", dataset, "quick")
    write_run(root / "runs", dataset, "looks-good", minutes=1)
    write_run(root / "runs", dataset, "quick-bare", "failed", minutes=2)
    bare = write_dataset(root / "dataset" / "unlabelled", labelled=False)
    write_run(root / "runs", bare, "quick", minutes=-1, changes={"name": "unlabelled"})
    with serve(root / "runs", root / "dataset") as app:
        yield app


@pytest.fixture(scope="module")
def ids(app):
    """The two runs that can be compared, as a link names them."""
    return ",".join(
        sorted(p.name for n in ("quick", "looks-good") for p in app.runs.glob(f"*-{n}-s*"))
    )


def test_a_link_opened_first_after_a_start_shows_the_whole_app(app, ids, open_page):
    """Runs first: Streamlit takes `pages/` for something else until the app has run once."""
    page = open_page(f"{app.url}/cams?runs={ids}")
    expect(page.locator("h1")).to_have_text("CAMs")
    expect(page.get_by_role("link", name="Compare")).to_be_visible()
    expect(page.get_by_role("link", name="settings")).to_have_count(0)
    expect(page.locator("canvas[role=img]").first).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
@pytest.mark.parametrize("place", ["", "runs", "compare", "cams"])
def test_pages_fit_the_screen(app, open_page, place, width, dark):
    page = open_page(f"{app.url}/{place}", width, dark)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    overflow = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth; }"
    )
    assert overflow <= 0
    colour = page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert (colour == "rgb(255, 255, 255)") != dark


def test_the_train_page_draws_its_layers_and_its_plan(app, open_page):
    page = open_page(app.url)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    expect(page.locator(".js-plotly-plot").first.locator(".point")).to_have_count(27)
    page.get_by_text("Zoom", exact=True).click()
    expect(page.get_by_text("What this run changes:")).to_be_visible()


def test_a_rate_can_be_typed(app, open_page):
    page = open_page(app.url)
    rates = page.get_by_role("combobox", name="Learning rate")
    for typed, words in (("2e-4", "2e-4"), ("fast", "bands.1.lr: must be a number")):
        rates.nth(1).click()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("stMain").get_by_text(words).first).to_be_visible()


def test_a_row_of_the_table_is_chosen_by_its_link(app, ids, open_page):
    first = ids.split(",")[0]
    page = open_page(f"{app.url}/runs?run={first}")
    expect(page.get_by_role("heading", name="quick", exact=True)).to_be_visible()
    page.get_by_role("link", name="Compare").last.click()
    expect(page.locator("h1")).to_have_text("Compare")
    assert "runs=" in page.url


def test_compare_opens_the_same_from_its_link(app, ids, open_page):
    page = open_page(f"{app.url}/compare?runs={ids}&section=Curves")
    page.get_by_text("Log scale").click()
    expect(page).to_have_url(re.compile("log=true"))
    settled(page)
    again = open_page(page.url)
    expect(again.get_by_role("switch", name="Log scale of the losses")).to_be_checked()
    for name in ("quick", "looks-good"):
        expect(again.get_by_test_id("stMultiSelect").get_by_text(name, exact=True)).to_be_visible()
    expect(again.locator(".js-plotly-plot")).to_have_count(1)


def test_the_verdict_on_a_card_leads_to_the_diagnosis(app, ids, open_page):
    page = open_page(f"{app.url}/compare?runs={ids}")
    page.get_by_role("link", name="overfit that looks good").click()
    expect(page.locator("h1")).to_have_text("Run")
    assert re.search(r"run=\d+-\d+-looks-good", page.url)


# --- the CAM grid -----------------------------------------------------------------------------

_PIXELS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0; const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    sum = (sum * 31 + data[i] * 65536 + data[i + 1] * 256 + data[i + 2]) % 2147483647;
    seen.add(data[i] >> 4);
  }
  return [sum, seen.size];
}"""


def pixels(page: Page, number: int = 0) -> tuple[int, int]:
    """A checksum of a cell's pixels and how many levels of red it shows."""
    canvas = page.locator("canvas[role=img][aria-label*='run ']").nth(number)
    expect(canvas).to_be_visible()
    page.wait_for_function("canvas => canvas.width > 300 || canvas.height > 100",
                           arg=canvas.element_handle())  # fmt: skip
    page.wait_for_timeout(150)
    checksum, levels = canvas.evaluate(_PIXELS)
    return checksum, levels


def test_the_grid_paints_each_run_and_tells_it_in_words(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    cells = page.locator("canvas[role=img][aria-label*='run ']")
    expect(cells).to_have_count(12)
    chips = page.locator("a.chip")
    expect(chips).to_have_count(12)
    expect(chips.nth(1)).to_have_text("overfit that looks good")
    assert re.fullmatch(r"run\?run=[\w-]+-looks-good-s0-\w+", chips.nth(1).get_attribute("href"))
    first, second = pixels(page, 0), pixels(page, 1)
    assert first[1] > 4
    assert first[0] != second[0]
    label = cells.first.get_attribute("aria-label")
    assert label.startswith("img_0.jpg, run quick: predicts ")
    assert "% of the evidence for blue in its box" in label


def test_controls_change_the_picture_without_the_server(app, ids, open_page):
    frames: list[object] = []
    page = open_page(f"{app.url}/cams?runs={ids}", frames=frames)
    pictures = [pixels(page)[0]]
    assert frames
    frames.clear()
    for change in (
        lambda: page.get_by_role("slider", name="Heat").fill("20"),
        lambda: page.get_by_role("combobox", name="Evidence for").select_option("red"),
        lambda: page.get_by_role("slider", name="Moment").fill("0"),
        lambda: page.get_by_role("checkbox", name="Boxes").uncheck(),
    ):
        change()
        pictures.append(pixels(page)[0])
    assert len(set(pictures)) == len(pictures)
    expect(page.get_by_text("epoch 5").first).to_be_visible()
    expect(page).to_have_url(
        re.compile("(?=.*class=red)(?=.*heat=20)(?=.*moment=0)(?=.*boxes=off)")
    )
    assert frames == []
    again = open_page(page.url)
    assert pixels(again)[0] == pictures[-1]
    expect(again.get_by_role("combobox", name="Evidence for")).to_have_value("red")


def test_the_order_can_put_disagreement_first(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    files = page.locator(".photo .file")
    expect(files).to_have_count(6)
    before = files.all_inner_texts()
    page.get_by_role("combobox", name="Order").select_option("disagree")
    expect(files).not_to_have_text(before)
    assert sorted(files.all_inner_texts()) == sorted(before)


def test_another_test_set_is_a_link_too(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}&set=test", 390)
    expect(page.locator(".photo")).to_have_count(3)
    expect(page.locator("canvas[role=img][aria-label*='run ']")).to_have_count(6)


def test_photos_without_labels_show_predictions_and_no_verdict(app, open_page):
    run = next(path.name for path in app.runs.glob("*-unlabelled-*"))
    page = open_page(f"{app.url}/cams?runs={run}")
    cells = page.locator("canvas[role=img][aria-label*='run ']")
    expect(cells).to_have_count(6)
    expect(page.get_by_text("no label", exact=True)).to_have_count(6)
    expect(page.locator(".mark:not(:empty)")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Evidence for")).to_have_value("predicted")
    assert "right" not in cells.first.get_attribute("aria-label")


def test_runs_on_other_photos_are_left_out_and_named(app, ids, open_page):
    run = next(path.name for path in app.runs.glob("*-unlabelled-*"))
    page = open_page(f"{app.url}/cams?runs={run},{ids}")
    expect(page.get_by_text("Left out, because they trained on other photos")).to_be_visible()
