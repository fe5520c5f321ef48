"""What the benchmarks share: photos of a size, commands with their time and memory, runs to wait
for. Importing it puts the project on the path, so that the scripts run from anywhere."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as core.__main__ does, before torch loads

from PIL import Image  # noqa: E402

from core.jobs.local import LOCK_FILE, worker_alive  # noqa: E402
from core.store.run import Run  # noqa: E402

TOY_BOOKS = ROOT / "dataset" / "toy_books"
POLL_SECONDS = 0.02
# Of Chromium: without a GPU, and with no connections of its own that would take time.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def option_parser(doc: str) -> argparse.ArgumentParser:
    """A parser whose help is the script's docstring."""
    return argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def require_packages(*packages: str) -> None:
    """Ends with one line when a peer's package is missing."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"{', '.join(missing)}: missing; .venv/bin/pip install -r bench/requirements.txt")


def scaled_copy(side: int, folder: Path, data: Path = TOY_BOOKS) -> Path:
    """A copy of a data set whose photos have their longer side at `side` pixels."""
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        out = folder / path.relative_to(data)
        out.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".jpg":
            image = Image.open(path)
            ratio = side / max(image.size)
            size = round(image.width * ratio), round(image.height * ratio)
            image.resize(size).save(out, quality=92)
        else:
            shutil.copyfile(path, out)  # boxes are shares of the photo, whatever its size
    return folder


# --- processes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimedCommand:
    """A command that ran: wall seconds from start to end, peak resident memory in bytes."""

    seconds: float
    peak_bytes: int


def core_command(*words: str | Path) -> list[str]:
    """`python -m core ...`, to be started in the project's folder."""
    return [sys.executable, "-m", "core", *map(str, words)]


def timed_command(command: Sequence[str]) -> TimedCommand:
    """Runs a command to its end. Raises RuntimeError, with what it said, when it fails."""
    begun = time.perf_counter()
    peak = 0
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid, "VmHWM"))
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - begun
        assert process.stderr is not None
        said = process.stderr.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: ended with {process.returncode}\n{said}")
    return TimedCommand(seconds, peak)


def memory(pid: int, field: str) -> int:
    """Bytes of a process by /proc (Linux): `VmRSS` now, `VmHWM` its peak. 0 once it ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        if line.startswith(f"{field}:"):
            return 1024 * int(line.split()[1])
    return 0


# --- runs of a worker -----------------------------------------------------------------------------


def wait_until_done(runs: Sequence[Run]) -> None:
    """Waits for the end of runs. Raises RuntimeError when one does not end well."""
    for run in runs:
        while not (status := run.status()).ended:
            time.sleep(POLL_SECONDS)
        if status.state != "done":
            raise RuntimeError(f"{run.id}: {status.state}: {status.error}")


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


@dataclass(frozen=True)
class Dashboard:
    """A running app: its address and process id."""

    url: str
    pid: int


@contextmanager
def dashboard(runs: Path, data: Path = TOY_BOOKS.parent) -> Iterator[Dashboard]:
    """The app on a free port, on a folder of runs and one of data sets, until the block ends.
    Raises RuntimeError when it does not come up."""
    port = free_port()
    places = {"OVERFIT_LENS_RUNS": str(runs), "OVERFIT_LENS_DATA": str(data)}
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "app.py",
            "--server.headless=true",
            f"--server.port={port}",
            "--server.address=127.0.0.1",
        ],
        cwd=ROOT,
        env={**os.environ, **places},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(url, server)
        yield Dashboard(url, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)


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


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, server: subprocess.Popen[bytes]) -> None:
    """Waits for an app's health check. Raises RuntimeError when it ends or does not come up."""
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"{url}: the app ended with {server.returncode}")
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url}: the app did not come up")
