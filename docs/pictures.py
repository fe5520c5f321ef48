"""Takes the pictures in docs/pictures/ from the running dashboard, in system Chromium.

    .venv/bin/python bench/contrast.py --recipes quick,looks-good --seeds 0,1,2
    .venv/bin/python docs/pictures.py --runs runs/bench

Needs requirements-dev.txt and Chromium. With --all DIR it writes every page at 1440 and 390 pixels,
light and dark, to look at.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from core.store.index import RunIndex  # noqa: E402
from tests.browser.conftest import CHROMIUM, FLAGS, serve  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def take(browser: Browser, url: str, out: Path, width: int, height: int, scheme: str) -> None:
    """One picture of a page, when it has come to rest."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("h1")
    if page.locator("h1").inner_text() == "Train":
        page.wait_for_selector(".views img", timeout=90_000)  # its process may have to start first
    if "step=3" in url:  # the lesson's third step, when the training is over
        page.get_by_role("slider", name="Moment of the training").press("End")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(4000)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.screenshot(path=out)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "bench")
    parser.add_argument("--all", type=Path, help="a folder for every size and scheme")
    chosen = parser.parse_args()
    rows = [row for row in RunIndex(chosen.runs).rows() if row.summary]
    pair = ",".join(
        next(row.id for row in reversed(rows) if row.name == name)
        for name in ("quick", "looks-good")
    )
    bad = pair.split(",")[1]
    views = {
        "lesson": ("/?step=3", 1440, 1000),
        "train": ("/train", 1440, 1250),
        "data": ("/data?set=test_difficult", 1440, 1000),
        "runs": ("/runs", 1440, 1000),
        "run": (f"/run?run={bad}", 1440, 1900),
        "compare": (f"/compare?runs={pair}", 1440, 1320),
        "cams": (f"/cams?runs={pair}&order=disagree", 1440, 1180),
    }
    path = next(found for name in CHROMIUM if (found := shutil.which(name)))
    with sync_playwright() as playwright, serve(chosen.runs, ROOT / "dataset") as app:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        if chosen.all is None:
            PICTURES.mkdir(exist_ok=True)
            for name, (place, width, height) in views.items():
                take(browser, app.url + place, PICTURES / f"{name}.png", width, height, "light")
        else:
            chosen.all.mkdir(parents=True, exist_ok=True)
            for name, (place, _, _) in views.items():
                for width in (1440, 390):
                    for scheme in ("light", "dark"):
                        out = chosen.all / f"{name}-{width}-{scheme}.png"
                        take(browser, app.url + place, out, width, 2200, scheme)
        browser.close()


if __name__ == "__main__":
    main()
