"""The CAM grid in real Chromium: from navigation to painted, and from a control to painted.

    .venv/bin/python bench/cam_grid.py
    .venv/bin/python bench/cam_grid.py --runs runs --ids ID,ID,ID,ID

Medians of `--times`, in milliseconds: navigation in a new browser (it loads Streamlit's scripts
first), in the same browser again, and a click on "CAMs" from Compare; then controls, from their
event on, with every photo on screen repainted. The grid is painted when all that can be seen is on
its canvases. Without `--runs` it trains four short runs on the bundled photos (40 of them).
"""

import sys
from pathlib import Path
from typing import Any

import common
from common import TOY_BOOKS, median_text, new_page

GRID = ".grid-root[data-painted]"
PAINTED = "node => Number(node.dataset.painted)"
# Sets a control as a person would and waits for the drawing that answers it.
CONTROL = """(root, [name, value]) => new Promise(done => {
  const control = root.querySelector(`input[aria-label=${name}]`);
  const watcher = new MutationObserver(() => {
    watcher.disconnect();
    done(Number(root.dataset.drawn) - begun);
  });
  watcher.observe(root, { attributes: true, attributeFilter: ["data-drawn"] });
  control.value = value;
  const begun = performance.now();
  control.dispatchEvent(new Event("input"));
})"""


def train_runs(folder: Path) -> str:
    """Four short runs of four looks, and their ids."""
    for preset in ("quick", "quick-bare", "quick-no-dropout", "looks-good"):
        short = "stages=[{train: head, epochs: 2}, {train: bands, cycles: 2, cycle_len: 2}]"
        words = ("train", preset, "--data", TOY_BOOKS, "--runs", folder, "--set", short)
        common.timed_command(common.core_command(*words))
    return ",".join(sorted(path.name for path in folder.iterdir() if (path / "cams.npz").exists()))


def time_navigation(page: Any, address: str) -> float:
    """Milliseconds from the start of the navigation until the grid is painted."""
    page.goto(address, wait_until="commit")
    return float(page.locator(GRID).evaluate(PAINTED))


def time_first_navigation(browser: Any, address: str) -> float:
    """The same of a browser that was never here."""
    with new_page(browser) as page:
        return time_navigation(page, address)


def time_click(page: Any, address: str, ids: str) -> float:
    """The same from a click on the page's name, coming from Compare, which hands its runs on."""
    page.goto(f"{address}/compare?runs={ids}")
    page.get_by_role("heading", name="Compare").wait_for()
    page.wait_for_timeout(4000)
    link = page.get_by_role("link", name="CAMs").first
    begun = link.evaluate("link => { link.click(); return performance.now(); }")
    return float(page.locator(GRID).evaluate(PAINTED)) - begun


def time_control(page: Any, name: str, value: int) -> float:
    """Milliseconds from a control's event until the grid is painted again."""
    page.wait_for_timeout(400)
    return float(page.locator(GRID).evaluate(CONTROL, [name, value]))


def measure(browser: Any, address: str, ids: str, times: int) -> dict[str, list[float]]:
    grid, turns = f"{address}/cams?runs={ids}", range(times)
    first = [time_first_navigation(browser, grid)]
    cold = [time_first_navigation(browser, grid) for _ in turns]
    with new_page(browser) as page:
        time_navigation(page, grid)
        warm = [time_navigation(page, grid) for _ in turns]
        from_page = [time_click(page, address, ids) for _ in turns]
        time_navigation(page, grid)
        page.wait_for_timeout(1500)
        return {
            "first visit of all (server reads photos and maps)": first,
            "navigation, new browser": cold,
            "navigation, browser was here before": warm,
            "click on CAMs from Compare": from_page,
            "heat slider": [time_control(page, "Opacity", (30, 70)[turn % 2]) for turn in turns],
            "moment slider": [time_control(page, "Training progress", turn % 2) for turn in turns],
        }


def main(runs: Path | None = None, ids: str = "", times: int = 5) -> None:
    if bool(runs) != bool(ids):
        sys.exit("--runs and --ids go together")
    with common.temporary_folder() as folder, common.chromium() as browser:
        runs = runs or folder
        ids = ids or train_runs(runs)
        with common.dashboard(runs.resolve()) as app:
            found = measure(browser, app.url, ids, times)
    print(f"{len(ids.split(','))} runs, medians of {times}, milliseconds")
    for name, milliseconds in found.items():
        print(f"{name:50} {median_text(milliseconds, 0)}")


if __name__ == "__main__":
    common.run_script(main)
