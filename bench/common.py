"""What the benchmarks share: options, tables, commands with their time and memory, runs to wait
for, the dashboard, a browser. Importing it puts the project on the path, so that the scripts run
from anywhere."""

import importlib.util
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import typer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as core.__main__ does, before torch loads

from core.jobs.local import LOCK_FILE, worker_alive  # noqa: E402
from core.store.run import Run  # noqa: E402

TOY_BOOKS = ROOT / "dataset" / "toy_books"
BENCH_RUNS = ROOT / "runs" / "bench"
POLL_SECONDS = 0.02


def run_script(main: Callable[..., None]) -> None:
    """Calls a script's `main`, whose parameters are its options; the module's docstring is the
    help."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    words = main.__globals__["__doc__"].replace("\n\n", "\n\n\b\n")  # lines stay as they are
    app.command(help=f"\b\n{words}")(main)
    app()


def require_packages(*packages: str) -> None:
    """Ends with one line when a peer's package is missing."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{', '.join(missing)}: missing; .venv/bin/pip install -r bench/requirements.txt")


def log(text: str) -> None:
    """Says how far a benchmark is, beside what it prints."""
    print(text, file=sys.stderr, flush=True)


def numbers(text: str) -> list[int]:
    """Of an option: whole numbers with commas between."""
    return [int(number) for number in text.split(",") if number]


def timed(work: Callable[..., Any], *args: Any) -> tuple[float, Any]:
    """Seconds that a call takes, and what it returns."""
    begun = time.perf_counter()
    found = work(*args)
    return time.perf_counter() - begun, found


@contextmanager
def temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


# --- what is printed ------------------------------------------------------------------------------


def table_row(*cells: object) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


def print_row(*cells: object) -> None:
    print(table_row(*cells), flush=True)


def print_head(*titles: str, title: str = "") -> None:
    """The head of a Markdown table, below a title if there is one."""
    if title:
        print(f"\n{title}\n")
    print(f"{table_row(*titles)}\n|{'---|' * len(titles)}", flush=True)


def print_parts(parts: Sequence[Mapping[str, float]]) -> None:
    """The median seconds of each part of some measurements."""
    for name in parts[0]:
        print(f"  {name:<28} {statistics.median(each.get(name, 0) for each in parts):.2f} s")


def median_text(values: Sequence[float], digits: int = 2) -> str:
    """`1.89 (1.80 to 2.11)`: the median, with the lowest and the highest."""
    ends = (statistics.median(values), min(values), max(values))
    return "{} ({} to {})".format(*(f"{value:.{digits}f}" for value in ends))


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
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return 1024 * int(line.split()[1])
    return 0


# --- runs of a worker -----------------------------------------------------------------------------


def wait_until_done(*runs: Run) -> None:
    """Waits for the end of runs. Raises RuntimeError when one does not end well."""
    for run in runs:
        while not (status := run.status()).ended:
            time.sleep(POLL_SECONDS)
        if status.state != "done":
            raise RuntimeError(f"{run.id}: {status.state}: {status.error}")


def phase_seconds(*runs: Run) -> dict[str, float]:
    """Seconds of runs together by phase."""
    timing = pd.concat([run.timing() for run in runs])
    by_phase: dict[str, float] = timing.groupby("phase", sort=False)["seconds"].sum().to_dict()
    return by_phase


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
    """A running app: its address, its process, and the seconds until it answered."""

    url: str
    process: subprocess.Popen[bytes]
    seconds: float

    @property
    def pid(self) -> int:
        return self.process.pid


@contextmanager
def dashboard(
    runs: Path,
    data: Path = TOY_BOOKS.parent,
    command: Sequence[str | Path] = (sys.executable, "-m", "streamlit", "run", "app.py"),
    before: Callable[[], None] | None = None,
    **variables: str,
) -> Iterator[Dashboard]:
    """The app on a free port, on a folder of runs and one of data sets, until the block ends.
    before: called in the new process first. variables: of its environment. Raises RuntimeError when
    it does not come up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    place = {"PORT": port, "ADDRESS": "127.0.0.1", "STREAMLIT_SERVER_HEADLESS": "true"}
    place |= {"STREAMLIT_SERVER_PORT": port, "STREAMLIT_SERVER_ADDRESS": "127.0.0.1"}
    place |= {"OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)}
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **place, **variables},
        preexec_fn=before,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        seconds, _ = timed(wait_until_healthy, url, server)
        yield Dashboard(url, server, seconds)
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    """Waits for an app's health check. Raises RuntimeError when it ends or does not come up."""
    for _ in range(3000):
        if server.poll() is not None:
            raise RuntimeError(f"{url}: the app ended with {server.returncode}")
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
            return
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"{url}: the app did not come up")


@contextmanager
def chromium() -> Iterator[Any]:
    """Playwright's browser; without a GPU, and with no connections of its own that take time."""
    require_packages("playwright")
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
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
