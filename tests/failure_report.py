"""What a failing test tells besides its traceback: the end of each log that its processes wrote,
and of each open page a screenshot, its text and its console.

Everything lies in test-results/TEST/ afterwards; the report shows the ends of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).resolve().parents[1] / "test-results"
LOGS = ("worker.log", "preview.log", "server.log", "log.txt", "*.note")
LINES = 25  # of each log in the report
# Open pages of the browser tests with what their consoles said, by tests/browser/conftest.py.
OPEN_PAGES: list[tuple[Any, list[str]]] = []


def save_failure_report(item: pytest.Item, report: pytest.TestReport) -> None:
    """Saves and shows what is known beside the traceback."""
    folder = RESULTS / re.sub(r"[^\w.-]+", "_", item.nodeid)[-150:]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "failure.txt").write_text(report.longreprtext, "utf-8")
    for number, (page, console) in enumerate(OPEN_PAGES):
        with suppress(Exception):  # a closed page or a browser that is gone
            page.screenshot(path=folder / f"page{number}.png", full_page=True, timeout=10_000)
        text = ""
        with suppress(Exception):
            text = page.locator("body").inner_text(timeout=10_000)
        said = f"{page.url}\n\n{text}\n\nconsole:\n" + "\n".join(console[-50:])
        (folder / f"page{number}.txt").write_text(said, "utf-8")
        report.sections.append((f"page {number}", _tail(said)))
    for log in _logs(item):
        with suppress(OSError):
            text = log.read_text("utf-8", errors="replace")
            (folder / f"{log.parent.name}-{log.name}").write_text(text, "utf-8")
            report.sections.append((str(log), _tail(text)))
    report.sections.append(("all of it", str(folder)))


def _tail(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[-LINES:])


def _logs(item: pytest.Item) -> Iterator[Path]:
    """The logs under the folders that the test's fixtures name."""
    folders: set[Path] = set()
    for value in getattr(item, "funcargs", {}).values():
        for each in value if isinstance(value, tuple) else (value,):
            for name in (None, "runs", "runs_dir", "path", "folder"):
                place = each if name is None else getattr(each, name, None)
                if isinstance(place, Path) and place.is_dir():
                    folders.add(place.parent if name == "runs" else place)
    for folder in sorted(folders):
        if not any(other in folder.parents for other in folders):
            for pattern in LOGS:
                yield from sorted(folder.rglob(pattern), key=lambda log: log.stat().st_mtime)[-2:]
