"""Runs with a thousand runs: how soon the page is drawn, and how soon it answers.

    .venv/bin/python bench/thousand_runs.py

Makes a store of run folders as training leaves them (with curves, answers, class maps and a
diagnosis, from drawn photos; 200 recipes of five seeds), starts the app, and drives Chromium.

- drawn: from the navigation to the table's rows being on screen, in a fresh browser each time (no
  cache, no cookies); the server has been visited before. The first visit to a store without an
  index is told apart.
- of which title: until the page's title is there, which is Streamlit's own start.
- search: from the last key to the rows that fit being on screen; sort: from the click; star: from
  the click to the other browser showing it.
- server: memory of the app's process (VmRSS, peak), after all that.

Medians of `--times`. Nothing else should run meanwhile.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from common import FLAGS, dashboard, memory, option_parser, require_packages, wait_until_visible

require_packages("playwright", "hypothesis")

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright  # noqa: E402

from core.data.dataset import read_dataset  # noqa: E402
from core.store.index import INDEX_FILE  # noqa: E402
from core.store.run import find_runs  # noqa: E402
from tests.factory import write_dataset, write_run  # noqa: E402

PRESETS = ("quick", "looks-good", "quick-bare", "quick-no-dropout")
SEEDS = 5


def write_one(place: tuple[Path, int]) -> None:
    """The run of that number: recipe by recipe, five seeds each; every twentieth failed."""
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
    if not (store / "dataset").is_dir():
        write_dataset(store / "dataset" / "toy_books")
    there = len(find_runs(store / "runs"))
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_one, [(store, number) for number in range(there, count)], chunksize=10))


def new_page(browser: Browser) -> Page:
    """A page of a browser that has never been here."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    return page


def time_first_visit(browser: Browser, url: str) -> tuple[float, float]:
    """The same of a browser that has never been here and leaves again."""
    page = new_page(browser)
    taken = time_to_draw(page, url)
    page.context.close()
    return taken


def time_call(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def time_to_draw(page: Page, url: str) -> tuple[float, float]:
    """Seconds until the title and the first row of the table can be seen."""
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    wait_until_visible(page, "h1")
    title = time.perf_counter() - begun
    wait_until_visible(page, ".runs-root tbody tr:not(.space) .name")
    return title, time.perf_counter() - begun


def wait_for_count(page: Page, words: str) -> None:
    wait_until_visible(page, ".runs-root .count", words)


def search(page: Page, query: str, words: str) -> float:
    """Seconds from the last key until the table holds what fits."""
    box = page.get_by_role("combobox", name="Search runs")
    box.press_sequentially(query[:-1])
    page.wait_for_timeout(500)

    def last_key() -> None:
        box.press(query[-1])
        wait_for_count(page, words)

    return time_call(last_key)


def clear(page: Page, count: int) -> None:
    page.get_by_role("button", name="Clear the search").click()
    wait_for_count(page, f"{count} runs")


def sort(page: Page, title: str) -> float:
    head = page.locator(".runs-root thead th", has_text=title)
    before = head.get_attribute("aria-sort")

    def click() -> None:
        head.locator("button").click()
        expect(head).not_to_have_attribute("aria-sort", str(before))

    return time_call(click)


def star_and_wait(star: Locator, old_button: Locator) -> None:
    """Stars a run here, and waits until the other browser's button has changed."""
    star.click()
    old_button.wait_for(state="detached")


def main() -> None:
    parser = option_parser(__doc__ or "")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--store", type=Path, help="a folder for the store, kept for the next time")
    options = parser.parse_args()
    count, times = options.runs, options.times
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        store = options.store or Path(temporary)
        print(f"writing {count} runs", file=sys.stderr)
        make_store(store, count)
        (store / "runs" / INDEX_FILE).unlink(missing_ok=True)
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        os.environ["OVERFIT_LENS_EXAMPLES"] = "none"  # as many runs as are asked for, no more
        with dashboard(store / "runs", store / "dataset") as app:
            address = f"{app.url}/runs?group=none"
            table = {"first visit, no index": [time_first_visit(browser, address)[1]]}
            visits = [time_first_visit(browser, address) for _ in range(times)]
            table["drawn"] = [rows for _, rows in visits]
            table["of which title"] = [title for title, _ in visits]
            grouped = [time_first_visit(browser, f"{app.url}/runs") for _ in range(times)]
            table["drawn, repeats grouped"] = [rows for _, rows in grouped]
            page, other = new_page(browser), new_page(browser)
            for visitor in (page, other):
                time_to_draw(visitor, address)
            table["star, other browser"], table["search"], table["sort"] = [], [], []
            for number in range(times):
                star = page.locator(".runs-root tbody .star button").nth(number)
                name = star.get_attribute("aria-label")
                gone = other.locator(f'.star button[aria-label="{name}"]')
                table["star, other browser"].append(time_call(partial(star_and_wait, star, gone)))
            other.context.close()
            for number in range(times):
                words = f"{sum(1 for n in range(count) if n % SEEDS == number)} of {count} runs"
                table["search"].append(search(page, f"seed={number}", words))
                clear(page, count)
                table["sort"].append(sort(page, "objects"))
            print(f"{'':<26} {'median':>7} {'lowest':>7} {'highest':>7}   seconds, {count} runs")
            for name, values in table.items():
                middle = statistics.median(values)
                print(f"{name:<26} {middle:>7.2f} {min(values):>7.2f} {max(values):>7.2f}")
            now, peak = (memory(app.pid, field) / 1e6 for field in ("VmRSS", "VmHWM"))
            print(f"server: {now:.0f} MB, peak {peak:.0f} MB")
        browser.close()


if __name__ == "__main__":
    main()
