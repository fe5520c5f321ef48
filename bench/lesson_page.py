"""How soon the Lesson, the first page a visitor sees, stands with all its pictures.

    .venv/bin/python bench/lesson_page.py --times 5

Each time the server is started anew on an empty runs folder, as after `make run` on a fresh clone,
and from the moment it answers its health check a browser that was never here opens the Lesson:
seconds until the server has nothing left to do and every picture and curve is there (limit 5 s).
Then every further step by its link, server and browser warm. Fails when torch was loaded.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from common import FLAGS, dashboard, option_parser, require_packages

require_packages("playwright")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

LIMIT = 5  # seconds
STEPS = range(1, 8)
DRAWN = """() => document.querySelector('[data-test-script-state=notRunning]')
  && !document.querySelector('[data-testid=stSkeleton]') && document.querySelector('h1')
  && document.querySelector('.lesson, .live-chart, .gaze-root[data-drawn]')
  && [...document.images].every(image => image.complete && image.naturalWidth > 0)"""


def seconds_to_draw(page: Page, link: str) -> float:
    """From the navigation until everything on the step is drawn."""
    begun = time.perf_counter()
    page.goto(link)
    page.wait_for_function(DRAWN, polling=20, timeout=60_000)
    return time.perf_counter() - begun


def one_start(browser: Browser) -> tuple[float, dict[int, float]]:
    """Seconds of the first page after a server's start, and of each step once it is warm."""
    with tempfile.TemporaryDirectory() as folder, dashboard(Path(folder) / "runs") as app:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        first = seconds_to_draw(page, app.url)
        steps = {step: seconds_to_draw(page, f"{app.url}/?step={step}&vote=A") for step in STEPS}
        if "torch" in Path(f"/proc/{app.pid}/maps").read_text():
            sys.exit("the dashboard has loaded torch")
        context.close()
    return first, steps


def main() -> None:
    parser = option_parser(__doc__ or "")
    parser.add_argument("--times", type=int, default=5, help="starts of the server")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("chromium: missing; apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        found = [one_start(browser) for _ in range(options.times)]
        browser.close()
    firsts = [first for first, _ in found]
    median = statistics.median(firsts)
    print(
        f"first page after the server's start: median {median:.2f} s of {LIMIT} allowed "
        f"({' '.join(f'{seconds:.2f}' for seconds in firsts)})"
    )
    for step in STEPS:
        print(f"step {step}, warm: {statistics.median(steps[step] for _, steps in found):.2f} s")
    if median > LIMIT:
        sys.exit(f"slower than {LIMIT} s")


if __name__ == "__main__":
    main()
