"""Takes the pictures in docs/pictures/ of the example runs from the running dashboard, in Chromium.

    .venv/bin/python docs/pictures.py

Needs requirements-dev.txt and Chromium. With --all DIR it writes every page at 1440 and 390 pixels,
light and dark, to look at.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from common import dashboard  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
BAD = "example-looks-good-s0"
PAIR = f"example-quick-s0,{BAD}"
CONTRAST_PHOTO = "img_0020.jpg"  # one book; `quick` is right, `looks-good` is wrong
VIEWS = {
    "lesson": ("/?step=3", 1440, 1000),
    "train": ("/train", 1440, 1250),
    "data": ("/data?set=test_difficult", 1440, 1000),
    "runs": ("/runs", 1440, 1000),
    "run": (f"/run?run={BAD}", 1440, 1900),
    "compare": (f"/compare?runs={PAIR}", 1440, 1320),
    "cams": (f"/cams?runs={PAIR}&order=disagree", 1440, 1180),
    "contrast": (f"/cams?runs={PAIR}&order=disagree", 1100, 1000),
}


def take_screenshot(
    browser: Browser, url: str, out: Path, width: int, height: int, scheme: str, row: str = ""
) -> None:
    """One picture of a page, when it has come to rest; of one row of the CAM grid where its file is
    given."""
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
        page.get_by_role("slider", name="Training progress").press("End")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(4000)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    if row:
        shown = page.get_by_role("row").filter(has_text=row)
        shown.scroll_into_view_if_needed()
        page.wait_for_timeout(2000)  # cells are drawn when they come into view
        shown.screenshot(path=out)
    else:
        page.screenshot(path=out)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, help="a folder for every size and scheme")
    options = parser.parse_args()
    path = next(found for name in CHROMIUM if (found := shutil.which(name)))
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as runs,
        dashboard(Path(runs)) as app,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        folder = options.all or PICTURES
        folder.mkdir(parents=True, exist_ok=True)
        for name, (place, width, height) in VIEWS.items():
            url = app.url + place
            if options.all is None:
                row = CONTRAST_PHOTO if name == "contrast" else ""
                out = folder / f"{name}.png"
                take_screenshot(browser, url, out, width, height, "light", row)
                continue
            for each in (1440, 390):
                for scheme in ("light", "dark"):
                    out = folder / f"{name}-{each}-{scheme}.png"
                    take_screenshot(browser, url, out, each, 2200, scheme)
        browser.close()


if __name__ == "__main__":
    main()
