"""A run watched in a real browser, with real training: curves grow, the server is killed and
started again, the run is stopped and resumed, and ends with its diagnosis."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from core.data.dataset import read_dataset
from core.jobs.local import LocalExecutor
from core.recipe.files import load_recipe
from core.store.run import Run
from tests.browser.conftest import App, Server, free_port, wait_until_idle
from tests.conftest import FAST_CHANGES
from tests.factory import write_dataset, write_run
from tests.waiting import kill_worker, wait_for, worker_pid

MAIN = "document.querySelector('[data-testid=stMain]')"
PHOTOS = 4  # of the strip
CHARTS = ".js-plotly-plot"
CHARTS_UNCHANGED_JS = "charts => charts.every((chart, place) => chart === window.kept[place])"


@pytest.fixture
def app(tmp_path, fork_server) -> Iterator[tuple[Server, App]]:
    runs, data = tmp_path / "runs", tmp_path / "dataset"
    runs.mkdir()
    write_dataset(data / "toy_books")
    places = {"OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)}
    server = Server(fork_server, places, free_port(), tmp_path / "server.log")
    server.start()
    yield server, App(server.url, runs)
    server.kill()
    kill_worker(runs)


def launch(app: App) -> Run:
    """A run of 32 epochs in the queue of the app; cycles end after epochs 2, 8, 14, 20, 26, 32."""
    cycles = {"train": "bands", "cycles": 5, "cycle_len": 6, "cycle_mult": 1}
    recipe = load_recipe(
        "quick", {**FAST_CHANGES, "stages": [{"train": "head", "epochs": 2}, cycles]}
    )
    return LocalExecutor(app.runs).submit(recipe, app.runs.parent / "dataset" / "toy_books")


def train_until(app: App, run: Run, epoch: int) -> None:
    """Lets the worker train until that epoch is done, then halts it: it trains as fast as it can,
    and a browser on a busy machine would miss everything."""
    signal_worker(app, signal.SIGCONT)
    wait_for(lambda: run.status().epoch >= epoch, "no epoch was finished")
    signal_worker(app, signal.SIGSTOP)
    assert run.status().state == "running"


def signal_worker(app: App, sent: signal.Signals) -> None:
    pid = worker_pid(app.runs)
    if pid is not None:
        os.kill(pid, sent)


def charts_unchanged(page: Page) -> bool:
    """Whether the charts are the very elements they were when `keep` looked."""
    return bool(page.locator(CHARTS).evaluate_all(CHARTS_UNCHANGED_JS))


def remember_charts(page: Page) -> None:
    page.locator(CHARTS).evaluate_all("charts => { window.kept = charts }")


def points(page: Page) -> int:
    """Epochs on the curve of the validation accuracy."""
    return int(page.locator(CHARTS).nth(1).evaluate("plot => plot._fullData[0]._length"))


def test_a_run_outlives_the_server_and_is_watched_to_its_end(app, open_page):
    server, place = app
    run = launch(place)
    train_until(place, run, 3)
    page = open_page(f"{place.url}/run?run={run.id}")
    expect(page.get_by_text(re.compile("Training the layer bands, cycle 1 of 5"))).to_be_visible()
    expect(page.locator(CHARTS)).to_have_count(3)
    ends = page.locator(".cam-strip th")
    expect(ends.filter(has_text=re.compile("^epoch 32$"))).to_be_visible()
    images = page.locator(".cam-strip img")
    expect(images).to_have_count(PHOTOS * 2)
    expect(page.locator(".cam-strip .to-come")).to_have_count(PHOTOS * 5)

    # The curves grow in place, in the same elements, where the reader has scrolled to; class maps
    # arrive at the cycle's end.
    remember_charts(page)
    page.evaluate(f"{MAIN}.scrollTop = 200")
    scrolled, before = page.evaluate(f"{MAIN}.scrollTop"), points(page)
    assert scrolled > 0 and before >= 3
    train_until(place, run, 8)
    wait_for(lambda: points(page) >= 8, "no curve grew")
    wait_for(lambda: images.count() >= PHOTOS * 3, "no class maps arrived")
    assert charts_unchanged(page)
    assert page.evaluate(f"{MAIN}.scrollTop") == scrolled

    # The server is killed in the middle and started again: the worker has trained on.
    pid, epoch = worker_pid(place.runs), run.status().epoch
    server.kill()
    train_until(place, run, epoch + 1)
    server.start()
    page = open_page(f"{place.url}/run?run={run.id}")
    expect(page.get_by_text(re.compile(f"epoch {run.status().epoch} of 32 done"))).to_be_visible()
    assert worker_pid(place.runs) == pid

    # Cancelled by its button, which asks first; the page tells where it stopped.
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Stop run").click()
    expect(page.get_by_text("stopping")).to_be_visible()
    signal_worker(place, signal.SIGCONT)
    expect(page.get_by_text(re.compile(r"It was cancelled after epoch \d+ of 32"))).to_be_visible()
    stopped = run.status().epoch
    wait_until_idle(page)  # no polling any more
    page.get_by_role("button", name="Resume").click()
    wait_for(lambda: run.status().state == "done", "it did not end")
    expect(page.get_by_role("heading", name="How we know")).to_be_visible()
    expect(page.get_by_role("heading", name="Training history")).to_be_visible()
    assert f"resumed after epoch {stopped}" in run.log_tail()
    assert list(run.history()["epoch"]) == list(range(1, 33))
    wait_until_idle(page)


def test_runs_are_walked_by_key_and_deleted_with_undo(app, open_page):
    _, place = app
    dataset = read_dataset(place.runs.parent / "dataset" / "toy_books")
    ids = [write_run(place.runs, dataset, minutes=m, changes={"seed": m}).id for m in range(3)]
    page = open_page(f"{place.url}/run?run={ids[2]}")
    for key, run_id in (("j", ids[1]), ("j", ids[0]), ("k", ids[1])):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(run_id))
        wait_until_idle(page)
    box = page.get_by_role("combobox", name="Run")
    box.click()
    page.keyboard.type("jk")  # into the box, where letters are letters
    expect(box).to_have_value("jk")
    wait_until_idle(page)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(ids[1]))
    wait_until_idle(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("is in the trash")).to_be_visible()
    assert not (place.runs / ids[1]).exists()
    again = open_page(f"{place.url}/run?run={ids[1]}", width=390)
    again.get_by_role("button", name="Restore").click()
    wait_for((place.runs / ids[1]).exists, "it was not restored")
    expect(again.get_by_text("is in the trash")).to_have_count(0)
    expect(again.get_by_role("heading", name="How we know")).to_have_count(1)
