"""Runs with a thousand runs: how soon the page is drawn, and how soon it answers.

    .venv/bin/python bench/thousand_runs.py

Makes a store of run folders as training leaves them (200 recipes of five seeds), starts the app,
and drives Chromium. drawn: from the navigation to the table's rows being on screen, in a fresh
browser each time; the first visit to a store without an index is told apart. of which title: until
the page's title is there, which is Streamlit's own start. search: from the last key to the rows
that fit; sort: from the click; star: from the click to the other browser showing it. server: memory
of the app's process after all that. Medians of `--times`.
"""

import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import common
from common import new_page, timed, wait_until_visible

from core.data.dataset import read_dataset
from core.store.index import INDEX_FILE
from core.store.run import find_runs

PRESETS = ("quick", "looks-good", "quick-bare", "quick-no-dropout")
SEEDS = 5


def write_one(place: tuple[Path, int]) -> None:
    """The run of that number: recipe by recipe, five seeds each; every twentieth failed."""
    from tests.factory import write_run

    store, number = place
    recipe, seed = divmod(number, SEEDS)
    changes = {
        "name": f"{PRESETS[recipe % 4]} {recipe // 4}",
        "seed": seed,
        "augment.mixup": 0.1 * (recipe // 4 % 5),
        "label_smoothing": 0.005 * (recipe // 20),
    }
    state = "failed" if number % 20 == 7 else "done"
    write_run(
        store / "runs",
        read_dataset(store / "dataset" / "toy_books"),
        PRESETS[recipe % 4],
        state,
        changes=changes,
        minutes=number,
        object_evidence=(number * 0.37) % 1,
    )


def make_store(store: Path, count: int) -> None:
    """Fills the store up to `count` runs; one that is full is left as it is."""
    common.require_packages("playwright", "hypothesis")
    from tests.factory import write_dataset

    if not (store / "dataset").is_dir():
        write_dataset(store / "dataset" / "toy_books")
    there = len(find_runs(store / "runs"))
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_one, [(store, number) for number in range(there, count)], chunksize=10))


def time_to_draw(page: Any, url: str) -> tuple[float, float]:
    """Seconds until the title and the first row of the table can be seen."""
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    wait_until_visible(page, "h1")
    title = time.perf_counter() - begun
    wait_until_visible(page, ".runs-root tbody tr:not(.space) .name")
    return title, time.perf_counter() - begun


def time_first_visit(browser: Any, url: str) -> tuple[float, float]:
    """The same of a browser that has never been here and leaves again."""
    with new_page(browser) as page:
        return time_to_draw(page, url)


def time_search(page: Any, seed: int, count: int) -> float:
    """Seconds from the last key of a search until the table holds what fits."""
    fitting = sum(number % SEEDS == seed for number in range(count))
    box = page.get_by_role("combobox", name="Search runs")
    box.press_sequentially("seed=")
    page.wait_for_timeout(500)

    def last_key() -> None:
        box.press(str(seed))
        wait_until_visible(page, ".runs-root .count", f"{fitting} of {count} runs")

    seconds, _ = timed(last_key)
    page.get_by_role("button", name="Clear search").click()
    wait_until_visible(page, ".runs-root .count", f"{count} runs")
    return seconds


def time_sort(page: Any, title: str) -> float:
    """Seconds from a click on a column's head until the column is sorted otherwise."""
    head = page.locator(".runs-root thead th", has_text=title)
    before = head.get_attribute("aria-sort")
    changed = page.locator(f'.runs-root thead th:not([aria-sort="{before}"])', has_text=title)

    def click() -> None:
        head.locator("button").click()
        changed.wait_for()

    return timed(click)[0]


def time_star(page: Any, other: Any, number: int) -> float:
    """Seconds from starring a run here until the other browser's button has changed."""
    star = page.locator(".runs-root tbody .star button").nth(number)
    old = other.locator(f'.star button[aria-label="{star.get_attribute("aria-label")}"]')

    def click() -> None:
        star.click()
        old.wait_for(state="detached")

    return timed(click)[0]


def measure(browser: Any, app_url: str, count: int, times: int) -> dict[str, list[float]]:
    """Seconds by what is measured."""
    address, found = f"{app_url}/runs?group=none", defaultdict(list)
    found["first visit, no index"].append(time_first_visit(browser, address)[1])
    for _ in range(times):
        title, rows = time_first_visit(browser, address)
        found["drawn"].append(rows)
        found["of which title"].append(title)
    for _ in range(times):
        found["drawn, repeats grouped"].append(time_first_visit(browser, f"{app_url}/runs")[1])
    with new_page(browser) as page:
        time_to_draw(page, address)
        with new_page(browser) as other:
            time_to_draw(other, address)
            for number in range(times):
                found["star, other browser"].append(time_star(page, other, number))
        for number in range(times):
            found["search"].append(time_search(page, number % SEEDS, count))
            found["sort"].append(time_sort(page, "objects"))
    return found


def main(runs: int = 1000, times: int = 5, store: Path | None = None) -> None:
    with common.temporary_folder() as folder:
        store = store or folder
        common.log(f"writing {runs} runs")
        make_store(store, runs)
        (store / "runs" / INDEX_FILE).unlink(missing_ok=True)
        only = {"OVERFIT_LENS_EXAMPLES": "none"}  # as many runs as are asked for, no more
        app_of_store = common.dashboard(store / "runs", store / "dataset", **only)
        # Only now, as processes are forked for the store.
        with common.chromium() as browser, app_of_store as app:
            found = measure(browser, app.url, runs, times)
            now, peak = (common.memory(app.pid, field) / 1e6 for field in ("VmRSS", "VmHWM"))
    print(f"median seconds (lowest to highest), {runs} runs")
    for name, values in found.items():
        print(f"{name:<26} {common.median_text(values)}")
    print(f"server: {now:.0f} MB, peak {peak:.0f} MB")


if __name__ == "__main__":
    common.run_script(main)
