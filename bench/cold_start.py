"""The preset `quick` from a standing start, and again on a warm worker: seconds and memory.

    .venv/bin/python bench/cold_start.py --times 3

Cold: `python -m core train quick` on toy_books as a fresh process with an empty runs folder, with
its peak resident memory. Warm: a worker that has carried out `quick` once gets a second run that
differs only in rates (its features are there) and a third with another seed, seconds from
submission to `done`. Dashboard: seconds until the server answers its health check, and its memory
then and with Train loaded.

Prints medians, each as a share of its limit (35 s cold, 1.5 GB, 20 s warm), and where the time
goes. `--set` changes the recipe. About two minutes a time on two cores. Linux only.
"""

import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import common
from common import TOY_BOOKS, memory, phase_seconds

from core.cli.common import SetOption
from core.jobs.local import LocalExecutor
from core.recipe.files import load_recipe, parse_changes
from core.store.run import Run, find_runs

COLD_SECONDS, WARM_SECONDS, PEAK_BYTES = 35, 20, 1_500_000_000
GB = 1_000_000_000
OTHER_RATES = {"bands.1.lr": 2e-3, "bands.2.lr": 6e-3, "bands.3.lr": 2e-2}
FURTHER: dict[str, dict[str, Any]] = {
    "warm, second run, other rates": OTHER_RATES,
    "warm, third run, other seed": {"seed": 1},
}
Measured = tuple[float, dict[str, float]]  # seconds, and those of each part


def measure_cold(folder: Path, changes: list[str]) -> tuple[Measured, int]:
    """One fresh process, and its peak memory in bytes; what its run does not account for is
    starting Python and torch."""
    settings = [word for change in changes for word in ("--set", change)]
    found = common.timed_command(common.core_command("train", "quick", "--runs", folder, *settings))
    parts = phase_seconds(find_runs(folder)[0])
    start = found.seconds - sum(parts.values())
    return (found.seconds, {"process start, imports": start, **parts}), found.peak_bytes


def measure_warm(folder: Path, changes: list[str]) -> dict[str, Measured]:
    """Seconds from submission to `done` of the second and third run of one worker."""
    executor, own = LocalExecutor(folder), parse_changes(changes)

    def run_recipe(difference: dict[str, Any]) -> Run:
        run = executor.submit(load_recipe("quick", own | difference), TOY_BOOKS)
        common.wait_until_done(run)
        return run

    with common.stopping_worker(folder):
        run_recipe({})
        found = {case: common.timed(run_recipe, other) for case, other in FURTHER.items()}
    return {case: (seconds, phase_seconds(run)) for case, (seconds, run) in found.items()}


def show(title: str, values: list[float], limit: float, unit: str) -> None:
    """A median beside its limit."""
    share = statistics.median(values) / limit
    told = f"{common.median_text(values)} {unit}, {share:.2f} of the limit of {limit:g} {unit}"
    print(f"{title}: {told}, {len(values)} times")


def main(times: int = 3, set_: SetOption = None) -> None:
    found: dict[str, list[Measured]] = defaultdict(list)
    peaks = []
    for turn in range(times):
        with common.temporary_folder() as folder:
            cold, peak = measure_cold(folder / "cold", set_ or [])
            found["cold start to finished run"].append(cold)
            peaks.append(peak / GB)
            for case, warm in measure_warm(folder / "warm", set_ or []).items():
                found[case].append(warm)
            common.log(f"time {turn + 1} of {times} done")
    for case, measured in found.items():
        limit = COLD_SECONDS if case.startswith("cold") else WARM_SECONDS
        show(case, [seconds for seconds, _ in measured], limit, "s")
        common.print_parts([parts for _, parts in measured])
    show("peak memory of the cold start", peaks, PEAK_BYTES / GB, "GB")
    with common.temporary_folder() as folder, common.dashboard(folder) as app:
        taken = memory(app.pid, "VmRSS") / GB
        print(f"dashboard: answers after {app.seconds:.2f} s, with {taken:.2f} GB")
        with common.chromium() as browser, common.new_page(browser) as page:
            page.goto(f"{app.url}/train")
            page.locator("h1").wait_for()
            page.locator("[data-test-script-state=notRunning]").wait_for()
        print(f"  with Train loaded {memory(app.pid, 'VmRSS') / GB:.2f} GB")


if __name__ == "__main__":
    common.run_script(main)
