"""Hostile names in a real browser: no script of theirs runs, nothing of theirs becomes an element,
and no page asks any other host for anything."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import expect

from core.compare.selection import selectable_items
from core.report.page import render_report
from core.store.index import AllRuns
from tests.browser.conftest import wait_two_frames, wait_until_idle
from tests.factory_hostile import (
    HOSTILE_FILE_PREFIX,
    HOSTILE_TEST_SET,
    HOSTILE_TEXT,
    SCRIPT,
    hostile_dataset,
    hostile_runs,
)

_WATCH = "window.pwned = () => { window.__pwned = true; }"
# Elements with a handler or an address from somebody's text, also inside components. One's own note
# is Markdown: it may hold links, in a tab that knows nothing of this one.
_MARKUP = """() => {
  const found = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      const parts = [...node.attributes].map((one) => [one.name, one.value]);
      const bad = ([name, value]) =>
        (name.startsWith("on") && value.includes("pwned")) ||
        (["href", "src", "xlink:href"].includes(name) &&
          (/^\\s*javascript:/i.test(value) || value.includes("evil.example")));
      if (parts.some(bad) || (node.tagName === "SCRIPT" && node.textContent.includes("pwned")))
        if (!node.closest('[class*="st-key-note-"]') || node.rel !== "noopener noreferrer")
          found.push(node.outerHTML.slice(0, 200));
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document);
  return found;
}"""


@pytest.fixture(scope="module")
def hostile(serve, tmp_path_factory):
    """A server on hostile photos and runs; their ids."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "runs").mkdir()
    dataset = hostile_dataset(root / "dataset" / "toy_books")
    runs = hostile_runs(root / "runs", dataset)
    with serve(root / "runs", root / "dataset") as app:
        yield app, {state: run.id for state, run in runs.items()}


@pytest.fixture
def watched(browser):
    """A page that notes a script's success and every address that it asks for."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(_WATCH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws:", "http:")))
    yield page, asked
    context.close()


def assert_no_markup(page) -> None:
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate(_MARKUP) == []


def test_no_page_runs_or_draws_or_fetches_what_a_name_says(hostile, watched):
    app, ids = hostile
    page, asked = watched
    every, done = ",".join(ids.values()), ids["done"]
    photo = {"set": HOSTILE_TEST_SET, "photo": f"{HOSTILE_FILE_PREFIX}img_0.jpg", "edit": "1"}
    # Each with what its last component draws.
    links: list[tuple[str, dict[str, str], str]] = [
        ("", {}, "h1"),
        ("train", {"again": done}, ".js-plotly-plot svg"),
        ("data", {"set": HOSTILE_TEST_SET}, ".wall img"),
        ("data", {"set": "train"}, ".wall img"),
        ("data", photo, ".stage img"),
        ("runs", {"run": done}, ".runs-root tbody tr"),
        ("run", {"run": done}, ".js-plotly-plot svg"),
        ("run", {"run": ids["failed"]}, "h1"),
        *[
            ("compare", {"runs": every, "section": name}, ".js-plotly-plot svg")
            for name in ("Curves", "Confusion", "Layers")
        ],
        *[
            ("compare", {"runs": every, "section": name}, sign)
            for name, sign in (
                ("Scores", ".table-root td"),
                ("Photos", ".table-root img"),
                ("Recipes", ".parallel .line"),
            )
        ],
        ("cams", {"runs": every, "set": HOSTILE_TEST_SET}, ".grid-root[aria-busy=false]"),
        ("challenge", {}, "h1"),
        ("try_it", {"runs": done}, "h1"),
        ("worker", {}, "h1"),
        ("run", {"run": SCRIPT}, "h1"),
    ]
    said = ""
    for place, link, sign in links:
        page.goto(f"{app.url}/{place}?{urlencode(link, quote_via=quote)}")
        expect(page.locator("h1").first).to_be_visible()
        wait_until_idle(page)
        expect(page.locator(sign).first).to_be_attached()
        wait_two_frames(page)
        assert_no_markup(page)
        said += page.locator("body").inner_text().replace("\u2060", "")
    assert said.count(SCRIPT) > 20
    assert (
        HOSTILE_TEXT.split("\n")[0] in said
    )  # icons, addresses and arrows too stand there as typed
    elsewhere = [url for url in asked if not url.startswith((app.url, "data:", "blob:"))]
    assert elsewhere == []


def test_nor_does_a_report(hostile, watched, tmp_path):
    app, _ = hostile
    page, asked = watched
    rows = AllRuns(app.runs).snapshot(False)[1]
    report = tmp_path / "report.html"
    report.write_text(
        render_report(selectable_items(rows), rows, app.runs, date(2026, 3, 1)), "utf-8"
    )
    page.goto(report.as_uri())
    assert_no_markup(page)
    assert page.evaluate("document.scripts.length") == 0
    assert SCRIPT in page.locator("body").inner_text()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
