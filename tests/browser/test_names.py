"""Hostile names in a real browser: no script of theirs runs, nothing of theirs becomes an element,
and no page asks any other host for anything."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import expect

from core.items import items_of
from core.report.page import make_report
from core.store.all_runs import AllRuns
from tests.browser.conftest import serve, settled
from tests.hostile import FILE, SCRIPT, SET, TEXT, hostile_dataset, hostile_runs

WAIT = 120_000  # milliseconds; a busy machine is slow
_WATCH = "window.pwned = () => { window.__pwned = true; }"
# Elements with a handler or an address from somebody's text, also inside components.
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
        found.push(node.outerHTML.slice(0, 200));
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document);
  return found;
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
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
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.add_init_script(_WATCH)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws:", "http:")))
    yield page, asked
    context.close()


def unharmed(page) -> None:
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate(_MARKUP) == []


def test_no_page_runs_or_draws_or_fetches_what_a_name_says(hostile, watched):
    app, ids = hostile
    page, asked = watched
    expect.set_options(timeout=WAIT)
    every, done = ",".join(ids.values()), ids["done"]
    photo = {"set": SET, "photo": f"{FILE}img_0.jpg", "edit": "1"}
    links: list[tuple[str, dict[str, str]]] = [
        ("", {}),
        ("train", {"again": done}),
        ("data", {"set": SET}),
        ("data", {"set": "train"}),
        ("data", photo),
        ("runs", {"run": done}),
        ("run", {"run": done}),
        ("run", {"run": ids["failed"]}),
        *[("compare", {"runs": every, "section": name})
          for name in ("Scores", "Curves", "Photos", "Confusion", "Layers", "Recipes")],
        ("cams", {"runs": every, "set": SET}),
        ("challenge", {}),
        ("try_it", {"runs": done}),
        ("worker", {}),
        ("run", {"run": SCRIPT}),
    ]  # fmt: skip
    said = ""
    try:
        for place, link in links:
            page.goto(f"{app.url}/{place}?{urlencode(link, quote_via=quote)}")
            expect(page.locator("h1")).to_be_visible()
            if place not in ("runs", "worker", "try_it", "challenge"):  # those poll
                settled(page)
            page.wait_for_timeout(500)
            unharmed(page)
            said += page.locator("body").inner_text().replace("\u2060", "")
    finally:
        expect.set_options(timeout=20_000)
    assert said.count(SCRIPT) > 20
    assert TEXT.split("\n")[0] in said  # icons, addresses and arrows too stand there as typed
    elsewhere = [url for url in asked if not url.startswith((app.url, "data:", "blob:"))]
    assert elsewhere == []


def test_nor_does_a_report(hostile, watched, tmp_path):
    app, _ = hostile
    page, asked = watched
    rows = AllRuns(app.runs).look(False)[1]
    report = tmp_path / "report.html"
    report.write_text(make_report(items_of(rows), rows, app.runs, date(2026, 3, 1)), "utf-8")
    page.goto(report.as_uri())
    unharmed(page)
    assert page.evaluate("document.scripts.length") == 0
    assert SCRIPT in page.locator("body").inner_text()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
