"""How soon the preview process answers, alone and beside a training run.

    .venv/bin/python bench/preview.py --times 9

Eight views of the bundled photos with a control changed each time (so that nothing is known from
before), as the Train page asks for them; the same with larger photos' zoom; what a run says of a
photo; and with a box of it hidden. The first answer of a fresh process includes loading torch.
Then the same while a worker trains `quick`. Seconds: median, and the slowest. A run is trained
first, in a folder of its own.

With --page also in Chromium (which tests need too): from a click on a switch of the Train page to
the new picture on the screen, both alone and beside the training.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common
from common import TOY_BOOKS, timed

from core.data.label_tables import Box
from core.jobs.detached import DetachedProcess
from core.jobs.local import LocalExecutor
from core.jobs.preview.client import COMMAND, request_prediction, request_views, stop_preview
from core.recipe.files import load_recipe
from core.store.run import Run

MASKED_BOX = Box("box", 0.3, 0.3, 0.6, 0.7, visible=1.0)
PHOTO = TOY_BOOKS / "test_difficult" / "img_0001.jpg"


def views(runs: Path, changes: dict[str, Any]) -> None:
    request_views(runs, load_recipe("quick", changes), TOY_BOOKS)


def measure(where: str, runs: Path, run: Run, times: int, in_page: bool) -> None:
    """Prints a line for each kind of question."""
    photo = PHOTO.read_bytes()
    zoom = 1.6 if where == "alone" else 2.6  # others beside the training than before it

    def augmented(key: str, first: float, step: float) -> Callable[[int], object]:
        return lambda turn: views(runs, {f"augment.{key}": first + step * turn})

    def answers(box: Box | None) -> Callable[[int], object]:
        return lambda turn: request_prediction(runs, run.id, photo, box)

    kinds = {
        "eight views, another rotation": augmented("rotate.degrees", 11, 1),
        "eight views, another mixup": augmented("mixup", 0.2, 0.1),
        "eight views, another zoom (decodes the photos again)": augmented(
            "zoom.range.1", zoom, 0.05
        ),
        "a run's answer": answers(None),
        "a run's answers with a box hidden": answers(MASKED_BOX),
    }
    found = {}
    for what, ask in kinds.items():
        ask(-1)  # loads the run, or decodes the photos that are mixed in
        found[what] = [timed(ask, turn)[0] for turn in range(times)]
    if in_page:
        with common.dashboard(runs) as app, common.chromium() as browser:
            with common.new_page(browser) as page:
                seconds = time_in_page(page, app.url, times)
            found["from a click to the picture in the page"] = seconds
    for what, seconds in found.items():
        print(f"{where}: {what}  {common.median_text(seconds)}")


def time_in_page(page: Any, url: str, times: int) -> list[float]:
    """Seconds from each click on a switch until the second picture of the wall is another one."""
    page.set_viewport_size({"width": 1440, "height": 1600})
    page.goto(f"{url}/train")
    page.wait_for_selector(".views img")
    found = []
    for turn in range(times + 1):
        page.wait_for_timeout(1500)  # until the page has drawn everything
        before = page.locator(".views img").nth(1).get_attribute("src")
        begun = time.perf_counter()
        page.get_by_text("Blur" if turn % 2 else "Rotation", exact=True).click()
        page.wait_for_function(
            "before => document.querySelectorAll('.views img')[1]?.src !== before", arg=before
        )
        found.append(time.perf_counter() - begun)
    return found[1:]  # the first one loads what the page needs


def main(times: int = 9, page: bool = False) -> None:
    with common.temporary_folder() as runs, common.stopping_worker(runs):
        executor = LocalExecutor(runs)
        try:
            run = executor.submit(load_recipe("quick"), TOY_BOOKS)
            common.wait_until_done(run)
            seconds, _ = timed(views, runs, {})
            print(f"first views, with the start of the process  {seconds:.2f}")
            measure("alone", runs, run, times, page)
            other = executor.submit(load_recipe("quick", {"views_per_photo": None}), TOY_BOOKS)
            while other.status().epoch < 1:
                time.sleep(0.05)
            measure("beside a training run", runs, run, times, page)
            epoch, state = other.status().epoch, other.status().state
            print(f"(the run was {state}, epoch {epoch}, when the last answer came)")
            executor.cancel(other.id)
            pid = DetachedProcess(COMMAND, runs).pid() or 0
            print(f"memory of the process  {common.memory(pid, 'VmRSS') / 1e6:.0f} MB")
        finally:
            stop_preview(runs)


if __name__ == "__main__":
    common.run_script(main)
