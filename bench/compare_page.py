"""How long Compare takes to draw 10 and 100 chosen runs out of a store of 1,000.

    .venv/bin/python bench/compare_page.py --runs 1000 --times 5

The store is made of plausible run folders on the bundled photos (those of the tests, ten recipes
with many seeds, no training). A real Chromium opens the link of a section in a fresh context, from
the navigation until the section's figure or table stands and every figure on the screen, then those
beneath it. Until the title is there, it is mostly Streamlit's own start.
"""

import os
import shutil
import time
from itertools import product
from pathlib import Path
from typing import Any

import common
from common import median_text, wait_until_visible

from core.data.dataset import read_dataset
from core.store.run import Run
from tests.factory import write_batches_and_timing, write_run

RECIPES = 10
SECTIONS = {
    "Scores": ".table-root tbody tr",
    "Curves": ".js-plotly-plot .main-svg",
    "Photos": ".table-root tbody img",
    "Recipes": ".parallel .line",
}
IDLE_JS = """above => document.querySelector('[data-test-script-state=notRunning]')
  && !document.querySelector('[data-testid=stSkeleton]')
  && [...document.querySelectorAll('.plot')].every((plot) =>
    plot.querySelector('.main-svg') || plot.getBoundingClientRect().top >= above)"""
SCREEN, EVERYTHING = 900, 100_000  # pixels: figures that begin above this line


def make_store(folder: Path, runs: int) -> list[str]:
    """A folder of that many finished runs: RECIPES recipes that differ in the size of a batch and
    in how well they look at the objects, each with many seeds. Returns the ids, oldest first.

    One run of each recipe is written by the tests' factory; the others are copies with their own
    seed, as a seed changes no file's size."""
    dataset = read_dataset(common.TOY_BOOKS)
    ids = []
    for recipe in range(RECIPES):
        looks = 0.1 + 0.8 * recipe / (RECIPES - 1)
        facts = {"changes": {"batch_size": 8 + recipe, "seed": 0}, "minutes": recipe}
        first = write_run(folder, dataset, "quick", object_evidence=looks, **facts)
        write_batches_and_timing(first)
        ids.append(first.id)
        ids += [copy_run(first, seed).id for seed in range(1, runs // RECIPES)]
    return sorted(ids)


def copy_run(run: Run, seed: int) -> Run:
    """The same run under another seed and id."""
    copy = run.path.with_name(f"{run.id.rsplit('-', 2)[0]}-s{seed}-{seed:04x}")
    shutil.copytree(run.path, copy, ignore=shutil.ignore_patterns("cams.npz"))
    os.link(run.path / "cams.npz", copy / "cams.npz")
    recipe = copy / "recipe.yaml"
    lines = recipe.read_text("utf-8").splitlines()
    changed = [f"seed: {seed}" if line.startswith("seed:") else line for line in lines]
    recipe.write_text("\n".join(changed) + "\n", "utf-8")
    return Run(copy)


def seconds_to_draw(browser: Any, link: str, section: str) -> list[float]:
    """Seconds from the navigation of a new browser: to the title, to all that is on the screen, to
    everything."""
    with common.new_page(browser) as page:
        begun = time.perf_counter()
        page.goto(link, wait_until="commit")
        wait_until_visible(page, "h1", "Compare")
        took = [time.perf_counter() - begun]
        wait_until_visible(page, SECTIONS[section])
        for above in (SCREEN, EVERYTHING):
            page.wait_for_function(IDLE_JS, arg=above, polling=30)
            took.append(time.perf_counter() - begun)
    return took


def main(runs: int = 1000, times: int = 5, sections: str = ",".join(SECTIONS)) -> None:
    with common.temporary_folder() as folder, common.chromium() as browser:
        ids = make_store(folder / "runs", runs)
        step = max(1, len(ids) // 100)
        picked = {10: ids[:: 10 * step][:10], 100: ids[::step][:100]}
        with common.dashboard(folder / "runs") as app:
            link = f"{app.url}/compare?runs={','.join(picked[10])}"
            cold = seconds_to_draw(browser, link, "Scores")
            print(f"first view after the start, 10 runs: {cold[1]:.2f} s")
            common.print_head("section", "runs", "title", "screen", "everything", title="median s")
            for section, (count, some) in product(sections.split(","), picked.items()):
                link = f"{app.url}/compare?section={section}&runs={','.join(some)}"
                found = [seconds_to_draw(browser, link, section) for _ in range(times)]
                told = map(median_text, zip(*found, strict=True))
                common.print_row(section, f"{count} of {len(ids)}", *told)


if __name__ == "__main__":
    common.run_script(main)
