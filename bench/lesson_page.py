"""How soon the Lesson, the first page a visitor sees, stands with all its pictures.

    .venv/bin/python bench/lesson_page.py --times 5

Each time the server is started anew on an empty runs folder, as after `make run` on a fresh clone,
and from the moment it answers its health check a browser that was never here opens the Lesson:
seconds until the server has nothing left to do and every picture and curve is there (limit 5 s).
Then every further step by its link, server and browser warm. Fails when torch was loaded.
"""

import statistics
import sys
from pathlib import Path
from typing import Any

from common import chromium, dashboard, median_text, new_page, run_script, temporary_folder, timed

LIMIT = 5  # seconds
STEPS = range(1, 8)
DRAWN = """() => document.querySelector('[data-test-script-state=notRunning]')
  && !document.querySelector('[data-testid=stSkeleton]') && document.querySelector('h1')
  && document.querySelector('.lesson, .js-plotly-plot, .gaze-root[data-drawn]')
  && [...document.images].every(image => image.complete && image.naturalWidth > 0)"""


def draw(page: Any, link: str) -> None:
    """Goes to a step and waits until everything on it is drawn."""
    page.goto(link)
    page.wait_for_function(DRAWN, polling=20)


def one_start(browser: Any) -> list[float]:
    """Seconds of the first page after a server's start, then of each step once it is warm."""
    with temporary_folder() as folder, dashboard(folder / "runs") as app:
        links = [app.url, *(f"{app.url}/?step={step}&vote=A" for step in STEPS)]
        with new_page(browser) as page:
            found = [timed(draw, page, link)[0] for link in links]
        if "torch" in Path(f"/proc/{app.pid}/maps").read_text():
            sys.exit("the dashboard has loaded torch")
    return found


def main(times: int = 5) -> None:
    with chromium() as browser:
        firsts, *steps = zip(*(one_start(browser) for _ in range(times)), strict=True)
    print(f"first page after the server's start: {median_text(firsts)} s of {LIMIT} allowed")
    for step, seconds in zip(STEPS, steps, strict=True):
        print(f"step {step}, warm: {median_text(seconds)} s")
    if statistics.median(firsts) > LIMIT:
        sys.exit(f"slower than {LIMIT} s")


if __name__ == "__main__":
    run_script(main)
