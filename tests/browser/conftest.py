"""A real server and a real browser: Chromium of the system, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.jobs import preview
from core.recipe_file import load_recipe, preset_names
from tests.factory import know_speed

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class App:
    """A running app and the folder of its runs."""

    url: str
    runs: Path


OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; a machine without one fails, it does not skip."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium found: `apt-get install chromium`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serve(runs: Path, data: Path) -> Iterator[App]:
    """`streamlit run app.py` on a free port until the block ends; what presets take is known."""
    know_speed(runs, *map(load_recipe, preset_names()))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = {"OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)}
    log = runs.parent / "server.log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
                f"--server.port={port}", "--server.address=127.0.0.1",
            ],
            cwd=ROOT, env={**os.environ, **places}, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        yield App(f"http://127.0.0.1:{port}", runs)
    finally:
        server.terminate()
        server.wait(timeout=20)
        preview.stop(runs)


def _wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the app did not start:\n{log.read_text('utf-8', errors='replace')[-2000:]}")


@pytest.fixture
def open_page(browser) -> Iterator[OpenPage]:
    """Opens an address in a fresh browser context and waits for its title. On leaving, no page
    may have shown an exception or logged a script error."""
    contexts, pages, errors = [], [], []

    def open_(
        url: str, width: int = 1440, dark: bool = False, frames: list[object] | None = None
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if frames is not None:  # what the page sends to the app
            page.on("websocket", lambda socket: socket.on("framesent", lambda f: frames.append(f)))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        expect(page.locator("h1")).to_be_visible()
        settled(page)
        pages.append(page)
        return page

    yield open_
    for page in pages:
        assert page.get_by_test_id("stException").count() == 0
    for context in contexts:
        context.close()
    assert errors == []


def settled(page: Page) -> None:
    """Waits until the app has nothing left to draw (a page that polls is never quite settled)."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
