"""The story that the product tells, on the bundled photos, with real training: launch two recipes,
watch, reload, compare, look where they look."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.store.run import Run, find_runs
from tests.browser.conftest import ROOT, App, wait_until_idle
from tests.waiting import kill_worker, wait_for


@pytest.fixture
def app(serve, tmp_path):
    runs = tmp_path / "runs"
    try:
        with serve(runs, ROOT / "dataset") as app:
            yield app
    finally:
        kill_worker(runs)


def launch(page: Page, preset: str) -> None:
    """Chooses a preset, makes it short through the page's own controls, and launches it."""
    wait_until_idle(page)
    begin = page.get_by_test_id("stPopover").filter(has_text="Based on").get_by_role("button").first
    begin.click()
    wait_until_idle(page)
    page.get_by_test_id("stPopoverBody").get_by_text(preset, exact=True).click()
    expect(page.get_by_role("textbox", name="Run name")).to_have_value(preset)
    wait_until_idle(page)
    for name, value in (
        ("Photo size (pixels)", "64"),
        ("Epochs", "1"),
        ("Cycles", "1"),
        ("First cycle (epochs)", "2"),
    ):
        control = page.get_by_role("spinbutton", name=name, exact=True)
        control.fill(value)
        control.press("Enter")
        wait_until_idle(page)
    expect(page.get_by_text("over 3 epochs")).to_be_visible()
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_text(re.compile(rf"{preset} launched\."))).to_be_visible()


def wait_for_runs(app: App, done: Callable[[list[Run]], bool]) -> list[Run]:
    """The runs once `done(runs)`; none of them may have failed."""
    runs: list[Run] = []

    def look() -> bool:
        runs[:] = find_runs(app.runs)
        failed = [run.status().error for run in runs if run.status().state == "failed"]
        assert not failed, failed
        return done(runs)

    wait_for(look)
    return runs


def test_two_runs_from_launch_to_class_maps(app, open_page):
    page = open_page(f"{app.url}/train")
    expect(page.get_by_role("heading", name="Two runs that look equally good")).to_be_visible()
    launch(page, "quick")
    launch(page, "looks-good")
    first = find_runs(app.runs)[-1]
    assert first.recipe().image_size == 64

    # The curve grows while the page is open, and the run goes on when it is loaded anew.
    page.get_by_role("link", name="View run").click()
    page.goto(f"{app.url}/runs?run={first.id}")
    expect(page.get_by_role("heading", name="quick", exact=True)).to_be_visible()
    wait_for_runs(app, lambda runs: not runs[-1].history().empty)
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    before = find_runs(app.runs)[-1].status()
    assert not find_runs(app.runs)[0].status().ended  # the other run is still to come
    page.reload()
    expect(page.get_by_role("heading", name="quick", exact=True)).to_be_visible()
    runs = wait_for_runs(app, lambda runs: all(run.status().state == "done" for run in runs))
    assert runs[-1].status().started == before.started
    expect(page.get_by_text("done, took").first).to_be_visible()
    expect(page.get_by_role("link", name="CAMs").last).to_be_visible()

    page.goto(f"{app.url}/compare")
    expect(page.get_by_text("Validation accuracy").first).to_be_visible()
    expect(page.get_by_text("Difficult objects")).to_have_count(2)
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    page.get_by_role("radio", name="Recipes").click()
    expect(page.get_by_text("Recipe differences")).to_be_visible()

    page.get_by_role("link", name="See where they look").click()
    cells = page.get_by_role("gridcell")
    expect(cells).to_have_count(2 * 40)
    expect(cells.first).to_have_attribute("aria-label", re.compile(r"predicts .*\d+%"))
    painted = page.locator(".grid-root[data-drawn] .cell canvas").first
    page.wait_for_function("canvas => canvas.width > 300", arg=painted.element_handle())
    assert [run.status().state for run in find_runs(app.runs)] == ["done", "done"]
