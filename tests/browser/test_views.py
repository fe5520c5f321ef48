"""Every page in Chromium, with runs that the factory wrote: wide, narrow, links."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_until_idle
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
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
    expect(page.get_by_role("gridcell").first).to_be_visible()


def test_back_leads_to_where_one_was(app, open_page):
    """What a page adds to its own link is no step of the history; what a visitor changes is."""
    page = open_page(f"{app.url}/runs")
    page.get_by_test_id("stTopNavLink").filter(has_text="Train").click()
    expect(page.locator("h1")).to_have_text("Train")
    expect(page).to_have_url(re.compile(r"/train\?.*data="))  # added by the page itself
    wait_until_idle(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Runs")
    wait_until_idle(page)
    page.get_by_role("combobox", name="Group by").click()
    page.get_by_role("option", name="No grouping").click()
    expect(page).to_have_url(re.compile(r"/runs\?.*group=none"))
    wait_until_idle(page)
    page.go_back()
    expect(page).not_to_have_url(re.compile("group=none"))
    expect(page.locator("h1")).to_have_text("Runs")


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
@pytest.mark.parametrize("place", ["", "train", "runs", "compare", "cams", "try_it"])
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
    page = open_page(f"{app.url}/train")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    expect(page.locator(".layer")).to_have_count(27)
    page.get_by_text("Zoom", exact=True).click()
    expect(page.get_by_text("1 change", exact=True)).to_be_visible()


def test_a_rate_can_be_typed(app, open_page):
    page = open_page(f"{app.url}/train")
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
    wait_until_idle(page)
    again = open_page(page.url)
    expect(again.get_by_role("switch", name="Log scale for losses")).to_be_checked()
    for name in ("quick", "looks-good"):
        expect(again.get_by_test_id("stMultiSelect").get_by_text(name, exact=True)).to_be_visible()
    expect(again.locator(".js-plotly-plot")).to_have_count(1)


def test_the_verdict_on_a_card_leads_to_the_diagnosis(app, ids, open_page):
    page = open_page(f"{app.url}/compare?runs={ids}")
    page.get_by_role("link", name="overfit that looks good").click()
    expect(page.locator("h1")).to_have_text("looks-good")
    assert re.search(r"run=\d+-\d+-looks-good", page.url)
