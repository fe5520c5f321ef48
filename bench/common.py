"""What the benchmarks share: commands with their time and memory, runs to wait for, the dashboard,
a browser. Importing it puts the project on the path, so that the scripts run from anywhere."""

import argparse
import importlib.util
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as core.__main__ does, before torch loads

from core.jobs.local import LOCK_FILE, worker_alive  # noqa: E402
from core.store.run import Run  # noqa: E402

TOY_BOOKS = ROOT / "dataset" / "toy_books"
POLL_SECONDS = 0.02


def option_parser(doc: str | None) -> argparse.ArgumentParser:
    """A parser whose help is the script's docstring."""
    return argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def require_packages(*packages: str) -> None:
    """Ends with one line when a peer's package is missing."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{', '.join(missing)}: missing; .venv/bin/pip install -r bench/requirements.txt")


def log(text: str) -> None:
    """Says how far a benchmark is, beside what it prints."""
    print(text, file=sys.stderr, flush=True)


def timed(work: Callable[..., Any], *args: Any) -> tuple[float, Any]:
    """Seconds that a call takes, and what it returns."""
    begun = time.perf_counter()
    found = work(*args)
    return time.perf_counter() - begun, found


def table_row(*cells: object) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def print_head(*titles: str) -> None:
    """The head of a Markdown table."""
    print(f"{table_row(*titles)}\n|{'---|' * len(titles)}", flush=True)


def print_parts(parts: Sequence[dict[str, float]]) -> None:
    """The median seconds of each part of some measurements."""
    for name in parts[0]:
        print(f"  {name:<28} {statistics.median(each.get(name, 0) for each in parts):.2f} s")


# --- processes ------------------------------------------------------------------------------------


class TimedCommand(NamedTuple):
    """A command that ran: wall seconds from start to end, peak resident memory in bytes."""

    seconds: float
    peak_bytes: int


def core_command(*words: str | Path) -> list[str]:
    """`python -m core ...`, to be started in the project's folder."""
    return [sys.executable, "-m", "core", *map(str, words)]


def timed_command(command: Sequence[str]) -> TimedCommand:
    """Runs a command to its end. Raises RuntimeError, with what it said, when it fails."""
    begun, peak = time.perf_counter(), 0
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid, "VmHWM"))
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - begun
        said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: ended with {process.returncode}\n{said}")
    return TimedCommand(seconds, peak)


def memory(pid: int, field: str, file: str = "status") -> int:
    """Bytes of a process by /proc (Linux): `VmRSS` now, `VmHWM` its peak. 0 once it ended."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(ln.split()[1]) for ln in lines if ln.startswith(f"{field}:")), 0)


# --- runs of a worker -----------------------------------------------------------------------------


def wait_until_done(*runs: Run) -> None:
    """Waits for the end of runs. Raises RuntimeError when one does not end well."""
    for run in runs:
        while not (status := run.status()).ended:
            time.sleep(POLL_SECONDS)
        if status.state != "done":
            raise RuntimeError(f"{run.id}: {status.state}: {status.error}")


def phase_seconds(run: Run) -> dict[str, float]:
    """Seconds of a run by phase."""
    by_phase = run.timing().groupby("phase", sort=False)["seconds"].sum()
    return {str(phase): float(seconds) for phase, seconds in by_phase.items()}


@contextmanager
def stopping_worker(runs_dir: Path) -> Iterator[None]:
    """Ends the worker of a folder of one's own when the block ends."""
    try:
        yield
    finally:
        if worker_alive(runs_dir):
            os.kill(int((runs_dir / LOCK_FILE).read_text()), signal.SIGTERM)
        while worker_alive(runs_dir):
            time.sleep(POLL_SECONDS)


# --- the dashboard --------------------------------------------------------------------------------


class Dashboard(NamedTuple):
    """A running app: its address, its process id, and the seconds until it answered."""

    url: str
    pid: int
    seconds: float


@contextmanager
def dashboard(runs: Path, data: Path = TOY_BOOKS.parent) -> Iterator[Dashboard]:
    """The app on a free port, on a folder of runs and one of data sets, until the block ends.
    Raises RuntimeError when it does not come up."""
    port = free_port()
    words = ["-m", "streamlit", "run", "app.py", "--server.headless=true"]
    server = subprocess.Popen(
        [sys.executable, *words, f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=ROOT,
        env={**os.environ, "OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        seconds, _ = timed(lambda: wait_until_healthy(url, server))
        yield Dashboard(url, server.pid, seconds)
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    """Waits for an app's health check. Raises RuntimeError when it ends or does not come up."""
    for _ in range(3000):
        if server.poll() is not None:
            raise RuntimeError(f"{url}: the app ended with {server.returncode}")
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
            return
        except OSError:
            time.sleep(POLL_SECONDS)
    raise RuntimeError(f"{url}: the app did not come up")


@contextmanager
def chromium() -> Iterator[Any]:
    """Playwright's browser; without a GPU, and with no connections of its own that take time."""
    require_packages("playwright")
    from playwright.sync_api import sync_playwright

    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        sys.exit("chromium: missing; apt-get install chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@contextmanager
def new_page(browser: Any) -> Iterator[Any]:
    """A page of a browser that was never here (no cache, no cookies)."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(180_000)
    yield context.new_page()
    context.close()


# Also inside our own widgets, most of which have a document of their own.
_VISIBLE_JS = """([selector, words]) => {
  const own = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
  const roots = [document, ...own.map((node) => node.shadowRoot).filter(Boolean)];
  const fits = (node) =>
    node.checkVisibility({ visibilityProperty: true }) && node.textContent.includes(words);
  return roots.some((root) => [...root.querySelectorAll(selector)].some(fits));
}"""


def wait_until_visible(page: Any, selector: str, words: str = "") -> None:
    """Waits until an element with those words is seen on a Playwright page, asking every 30 ms: a
    locator's own waiting asks every 500 ms after its first quarter of a second."""
    page.wait_for_function(_VISIBLE_JS, arg=[selector, words], polling=30)
