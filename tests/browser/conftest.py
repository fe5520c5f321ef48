"""A real server and a real browser: headless Chromium of the system, driven by Playwright.

Each test process has one browser, and one context in it that keeps the app's scripts; tests leave
no cookie behind, and pages that the next ones go on with. Motion is reduced, as a visitor can ask:
what moves is drawn sixty times a second, and most of the processor's time went there.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

from core.jobs.preview import client
from tests.failure_report import OPEN_PAGES
from tests.fork_server import ForkedProcess, ForkServer, fork_subprocesses

ROOT = Path(__file__).resolve().parents[2]
# The shell draws the same pages without a browser's windows around them, in half the time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    # No page lives long enough to earn back what V8's last compiler takes.
    "--js-flags=--no-opt",
]
TIMEOUT_MS = 240_000  # milliseconds that only a dead process takes
expect.set_options(timeout=TIMEOUT_MS)


@dataclass(frozen=True)
class App:
    """A running app and the folder of its runs."""

    url: str
    runs: Path


OpenPage = Callable[..., Page]
Serve = Callable[[Path, Path], AbstractContextManager[App]]


def chromium() -> str:
    """The browser's program; a machine without one fails, it does not skip."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium found: `apt-get install chromium-headless-shell`", pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The context of all pages but those of another visitor: it keeps the app's scripts."""
    context = browser.new_context(reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(scope="session")
def idle_pages() -> list[Page]:
    """Pages of the context that nobody uses: their process has the app's scripts at hand, which
    takes a new one a second of the processor."""
    return []


@cache
def usual_port() -> int:
    """The port of this process's servers: the same one each time, as the browser keeps scripts by
    their address."""
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass
class Server:
    """`streamlit run app.py` on one port, which can be killed and started again."""

    fork_server: ForkServer
    environment: dict[str, str]
    port: int
    log: Path
    process: ForkedProcess | subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once it answers; a server that ends before fails the test, with its log."""
        with self.log.open("ab") as file:
            self.process = self.fork_server.popen(
                [
                    sys.executable,
                    "-m",
                    "streamlit",
                    "run",
                    "app.py",
                    "--server.headless=true",
                    f"--server.port={self.port}",
                    "--server.address=127.0.0.1",
                ],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        while not self._healthy():
            if self.process.poll() is not None:
                words = self.log.read_text("utf-8", errors="replace")[-2000:]
                pytest.fail(f"the app did not start:\n{words}")
            time.sleep(0.05)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=60) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@contextmanager
def _run_server(runs: Path, data: Path, fork_server: ForkServer) -> Iterator[App]:
    places = {"OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)}
    port = usual_port() if _is_free(usual_port()) else free_port()
    server = Server(fork_server, places, port, runs.parent / "server.log")
    try:
        server.start()
        yield App(server.url, runs)
    finally:
        if server.process is not None:
            server.kill()  # it would pass SIGTERM on to its worker, which may be this process
        client.stop_preview(runs)


@pytest.fixture(scope="session")
def serve(fork_server: ForkServer) -> Serve:
    """A server on a folder of runs and one of data sets, until its block ends; what presets take is
    known."""
    return lambda runs, data: _run_server(runs, data, fork_server)


@pytest.fixture(autouse=True, scope="session")
def warm_starts(fork_server: ForkServer) -> Iterator[None]:
    """What tests start themselves is forked from a warm process, as what their servers start."""
    with fork_subprocesses(fork_server):
        yield


@pytest.fixture
def open_page(
    browser: Browser, context: BrowserContext, idle_pages: list[Page]
) -> Iterator[OpenPage]:
    """Opens an address and waits for the page's title. On leaving, no page may have shown an
    exception or logged a script error."""
    others: list[BrowserContext] = []
    errors: list[str] = []
    reusable: dict[Page, Callable[[ConsoleMessage], None]] = {}
    context.clear_cookies()

    def tell_error(error: object) -> None:
        errors.append(str(error))

    def open_(
        url: str,
        width: int = 1440,
        dark: bool = False,
        sent_frames: list[object] | None = None,
        new_context: bool = False,
        script: str = "",
    ) -> Page:
        """frames: takes what the page sends to the app. stranger: in another browser. script: a
        function that runs before the page's own."""
        if new_context:
            others.append(browser.new_context(reduced_motion="reduce"))
            page = others[-1].new_page()
        else:
            page = idle_pages.pop() if idle_pages else context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.set_default_timeout(TIMEOUT_MS)
        console: list[str] = []

        def tell_console(message: ConsoleMessage) -> None:
            console.append(message.text)

        page.on("console", tell_console)
        if not (new_context or script or sent_frames is not None):
            reusable[page] = tell_console
        OPEN_PAGES.append((page, console))
        if sent_frames is not None:
            page.on(
                "websocket", lambda socket: socket.on("framesent", lambda f: sent_frames.append(f))
            )
        page.on("pageerror", tell_error)
        if script:
            page.add_init_script(f"({script})()")
        page.goto(url)
        expect(page.locator("h1")).to_be_visible()
        wait_until_idle(page)
        return page

    yield open_
    pages = [page for page, _ in OPEN_PAGES]
    broken = [page.url for page in pages if page.get_by_test_id("stException").count()]
    OPEN_PAGES.clear()
    for page in pages:
        page.remove_listener("pageerror", tell_error)
        if page in reusable and _clear(page):
            page.remove_listener("console", reusable[page])
            idle_pages.append(page)
        else:
            page.close()
    for each in others:
        each.close()
    assert broken == []
    assert errors == []


def _clear(page: Page) -> bool:
    """Leaves a page on an address of its server that shows nothing and keeps nothing; False where
    there is no server any more."""
    try:
        page.mouse.move(0, 0)
        page.goto(f"{page.evaluate('location.origin')}/_stcore/health")
        page.evaluate("sessionStorage.clear()")
    except PlaywrightError:
        return False
    return True


def wait_two_frames(page: Page) -> None:
    """Lets the browser draw twice."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def wait_until_idle(page: Page) -> None:
    """Waits until the app has nothing left to draw (a page that polls is never quite settled)."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
