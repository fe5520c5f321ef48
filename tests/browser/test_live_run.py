"""A run watched in a real browser, with real training: curves grow, the server is killed and
started again, the run is stopped and resumed, and ends with its diagnosis."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from core.jobs.local import LocalExecutor, worker_pid
from core.recipe_file import load_recipe
from core.store.run import Run
from tests.browser.conftest import ROOT, App, settled
from tests.conftest import FAST
from tests.factory import write_dataset

PATIENCE = 240  # seconds; on an idle machine everything takes well under a minute
STEADY = "charts => charts.every((chart, place) => chart === window.kept[place])"


class Server:
    """`streamlit run app.py` on one port, which can be killed and started again."""

    def __init__(self, places: dict[str, str], port: int) -> None:
        self.places, self.port = places, port
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
                f"--server.port={self.port}", "--server.address=127.0.0.1",
            ],
            cwd=ROOT, env={**os.environ, **self.places},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self.healthy, "the app did not start")

    def healthy(self) -> bool:
        assert self.process.poll() is None, "the app has ended"
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=20)


def until(done: Callable[[], bool], words: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            pytest.fail(words)
        time.sleep(0.1)


@pytest.fixture
def app(tmp_path, free_port) -> Iterator[tuple[Server, App]]:
    runs, data = tmp_path / "runs", tmp_path / "dataset"
    runs.mkdir()
    write_dataset(data / "toy_books")
    server = Server({"OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)}, free_port)
    yield server, App(server.url, runs)
    server.kill()
    pid = worker_pid(runs)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(app: App, epochs: int, **changes: object) -> Run:
    """A run with one cycle per ten epochs, in the queue of the app."""
    cycles = {"train": "bands", "cycles": epochs // 10, "cycle_len": 10, "cycle_mult": 1}
    stages = [{"train": "head", "epochs": 2}, cycles]
    recipe = load_recipe("quick", {**FAST, "stages": stages, **changes})
    return LocalExecutor(app.runs).submit(recipe, app.runs.parent / "dataset" / "toy_books")


def kept(page: Page) -> bool:
    """Whether the charts are the very elements they were when `keep` looked."""
    return bool(page.locator(".js-plotly-plot").evaluate_all(STEADY))


def keep(page: Page) -> None:
    page.locator(".js-plotly-plot").evaluate_all("charts => { window.kept = charts }")


def points(page: Page) -> int:
    """Epochs on the curve of the loss."""
    return int(
        page.locator(".js-plotly-plot").first.evaluate(
            "chart => Math.max(0, ...chart.data.map(line => line.x.length))"
        )
    )


@pytest.mark.timeout(500)
def test_a_run_outlives_the_server_and_is_watched_to_its_end(app, open_page):
    server, place = app
    run = launch(place, 200)
    page = open_page(f"{place.url}/run?run={run.id}")
    expect(page.get_by_text(re.compile("Training the layers' bands"))).to_be_visible(
        timeout=PATIENCE * 1000
    )
    expect(page.locator(".js-plotly-plot")).to_have_count(3)

    # The curves grow in place: the same elements, where the reader has scrolled to.
    keep(page)
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 300)
    until(lambda: page.evaluate(SCROLLED) > 0, "the page does not scroll")
    scrolled, before = page.evaluate(SCROLLED), points(page)
    until(lambda: points(page) > before, "no curve grew")
    assert kept(page)
    assert page.evaluate(SCROLLED) == scrolled

    # The class maps arrive at each cycle's end.
    until(lambda: page.locator(".cam-strip img").count() >= 2 * 4, "no class maps arrived")
    expect(page.locator(".cam-strip th", has_text="epoch 12")).to_be_visible()
    expect(page.locator(".cam-strip .to-come").first).to_be_visible()

    # The server is killed in the middle, and started again: the worker has trained on.
    pid, epoch = worker_pid(place.runs), run.status().epoch
    server.kill()
    until(lambda: run.status().epoch > epoch, "the worker did not outlive the server")
    server.start()
    assert run.status().state == "running"
    page = open_page(f"{place.url}/run?run={run.id}")
    expect(page.get_by_text("running", exact=True)).to_be_visible()
    assert worker_pid(place.runs) == pid

    # Cancelled by its button, in a popover that asks; the run tells where it stopped.
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text(re.compile(r"It was cancelled after epoch \d+ of 202"))).to_be_visible()
    stopped = run.status().epoch
    settled(page)  # no polling any more
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text(re.compile("Training the layers' bands"))).to_be_visible(
        timeout=PATIENCE * 1000
    )
    until(lambda: run.status().epoch > stopped, "it did not go on")
    assert len(run.history()) == run.status().epoch

    until(lambda: run.status().state == "done", "it did not end")
    expect(page.get_by_role("heading", name="How we know")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="How it trained")).to_be_visible()
    expect(page.locator(".cam-strip th")).to_have_count(1 + 1 + 20)
    assert list(run.history()["epoch"]) == list(range(1, 203))


SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"


@pytest.mark.timeout(300)
def test_runs_are_walked_by_key_and_deleted_with_undo(app, open_page):
    from tests.factory import read_dataset, write_run

    _, place = app
    dataset = read_dataset(place.runs.parent / "dataset" / "toy_books")
    ids = [write_run(place.runs, dataset, minutes=m, changes={"seed": m}).id for m in range(3)]
    page = open_page(f"{place.url}/run?run={ids[2]}")
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(ids[1]))
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(ids[0]))
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(ids[1]))
    settled(page)
    box = page.get_by_role("combobox", name="Run")
    box.click()
    page.keyboard.type("jk")  # into the box, where letters are letters
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(ids[1]))
    settled(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("is in the trash")).to_be_visible()
    assert not (place.runs / ids[1]).exists()
    again = open_page(f"{place.url}/run?run={ids[1]}", width=390)
    again.get_by_role("button", name="Bring it back").click()
    expect(again.get_by_role("heading", name="How we know")).to_be_visible()
    assert (place.runs / ids[1]).exists()
