"""The preset `quick` from a standing start, and again on a warm worker: seconds and memory.

    .venv/bin/python bench/cold_start.py --times 3

Cold: `python -m core train quick` on toy_books as a fresh process with an empty runs folder, from
its start to its end, with the process's peak resident memory. Warm: a worker that has carried out
`quick` once gets a second run that differs only in rates (its features are there) and a third with
another seed (a new pool of views, so its features are computed), seconds from submission to `done`.
Dashboard: seconds from starting the server until it answers its health check, its memory then, and
once a browser has loaded Train (left out where there is no Chromium and Playwright).

Prints medians, each as a share of its limit (35 s cold, 1.5 GB, 20 s warm), and where the time
goes. `--set` changes the recipe. About two minutes a time on two cores. Nothing else should run
meanwhile. Reads /proc, so Linux only.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path

from common import (
    POLL_SECONDS,
    ROOT,
    TOY_BOOKS,
    TimedCommand,
    core_command,
    memory,
    option_parser,
    stopping_worker,
    timed_command,
    wait_until_done,
)

from core.jobs.local import LocalExecutor
from core.recipe.files import load_recipe, parse_changes
from core.store.run import Run, find_runs

COLD_SECONDS, WARM_SECONDS, PEAK_BYTES = 35, 20, 1_500_000_000
GB = 1_000_000_000
OTHER_RATES: dict[str, object] = {"bands.1.lr": 2e-3, "bands.2.lr": 6e-3, "bands.3.lr": 2e-2}
PhaseSeconds = dict[str, float]


def phase_seconds(run: Run) -> PhaseSeconds:
    """Seconds of a run by phase."""
    by_phase = run.timing().groupby("phase", sort=False)["seconds"].sum()
    return {str(phase): float(seconds) for phase, seconds in by_phase.items()}


def measure_cold(folder: Path, changes: list[str]) -> tuple[TimedCommand, PhaseSeconds]:
    """One fresh process; what its run does not account for is starting Python and torch."""
    settings = [word for change in changes for word in ("--set", change)]
    found = timed_command(core_command("train", "quick", "--runs", folder, *settings))
    parts = phase_seconds(find_runs(folder)[0])
    return found, {"process start, imports": found.seconds - sum(parts.values()), **parts}


def measure_warm(folder: Path, changes: list[str]) -> dict[str, tuple[float, PhaseSeconds]]:
    """Seconds from submission to `done` of the second and third run of one worker."""
    executor = LocalExecutor(folder)
    own = parse_changes(changes)
    further: dict[str, dict[str, object]] = {
        "second run, other rates": OTHER_RATES,
        "third run, other seed": {"seed": 1},
    }
    found = {}
    with stopping_worker(folder):
        wait_until_done([executor.submit(load_recipe("quick", own), TOY_BOOKS)])
        for case, difference in further.items():
            recipe = load_recipe("quick", own | difference)
            begun = time.perf_counter()
            run = executor.submit(recipe, TOY_BOOKS)
            wait_until_done([run])
            found[case] = time.perf_counter() - begun, phase_seconds(run)
    return found


def dashboard(folder: Path) -> None:
    """Starts the server, prints when it answers and what it takes, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    words = ["-m", "streamlit", "run", "app.py", "--server.headless=true"]
    place = [f"--server.port={url.rsplit(':', 1)[1]}", "--server.address=127.0.0.1"]
    begun = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, *words, *place],
        cwd=ROOT,
        env={**os.environ, "OVERFIT_LENS_RUNS": str(folder), "OVERFIT_LENS_DATA": str(TOY_BOOKS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not healthy(url):
            if server.poll() is not None:
                raise RuntimeError(f"the dashboard ended with {server.returncode}")
            time.sleep(POLL_SECONDS)
        seconds = time.perf_counter() - begun
        taken = memory(server.pid, "VmRSS") / GB
        print(f"dashboard: answers after {seconds:.2f} s, with {taken:.2f} GB")
        if load_train(url):
            print(f"  with Train loaded {memory(server.pid, 'VmRSS') / GB:.2f} GB")
    finally:
        server.terminate()
        server.wait()


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def load_train(url: str) -> bool:
    """Loads Train in a browser and waits until nothing is left to draw; False without one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next((found for name in names if (found := shutil.which(name))), None)
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        return False
    if chromium is None:
        return False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        expect(page.locator("h1")).to_be_visible(timeout=60_000)
        app = page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)
        browser.close()
    return True


def show(
    title: str, values: list[float], limit: float, unit: str, parts: list[PhaseSeconds]
) -> None:
    """A median beside its limit, and the medians of its parts."""
    median = statistics.median(values)
    print(
        f"{title}: {median:.2f} {unit}, {median / limit:.2f} of the limit of {limit:g} {unit} "
        f"({len(values)} times: {', '.join(f'{value:.2f}' for value in values)})"
    )
    for name in parts[0] if parts else ():
        print(f"  {name:<28} {statistics.median(p.get(name, 0) for p in parts):.2f} s")


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    chosen = parser.parse_args()
    colds: list[tuple[TimedCommand, PhaseSeconds]] = []
    warms: dict[str, list[tuple[float, PhaseSeconds]]] = defaultdict(list)
    for time_ in range(chosen.times):
        with tempfile.TemporaryDirectory() as name:
            colds.append(measure_cold(Path(name) / "cold", chosen.set))
            for case, found in measure_warm(Path(name) / "warm", chosen.set).items():
                warms[case].append(found)
            print(f"time {time_ + 1} of {chosen.times} done", file=sys.stderr, flush=True)
    seconds = [found.seconds for found, _ in colds]
    show("cold start to finished run", seconds, COLD_SECONDS, "s", [parts for _, parts in colds])
    peaks = [found.peak_bytes / GB for found, _ in colds]
    show("its peak memory", peaks, PEAK_BYTES / GB, "GB", [])
    for case, runs in warms.items():
        show(f"warm, {case}", [s for s, _ in runs], WARM_SECONDS, "s", [p for _, p in runs])
    with tempfile.TemporaryDirectory() as name:
        dashboard(Path(name))


if __name__ == "__main__":
    main()
