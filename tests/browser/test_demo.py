"""The hosted demo in the browsers of two visitors: every link has the key, and no log tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from core.data.dataset import Dataset
from core.store.run import Run
from core.store.visitors import new_key, visitor_dir
from tests.browser.conftest import App, OpenPage
from tests.factory import START, write_run

NAME = "zebra-7731"


@pytest.fixture
def hosted(serve, tmp_path, toy_books: Dataset, monkeypatch) -> Iterator[tuple[App, str, Run]]:
    """A demo, and a visitor's key and run of just now."""
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    monkeypatch.delenv("OVERFIT_LENS_EXAMPLES", raising=False)
    runs, key = tmp_path / "runs", new_key()
    age = int((datetime.now(UTC) - START).total_seconds() / 60)
    run = write_run(visitor_dir(runs, key), toy_books, changes={"name": NAME}, minutes=age)
    with serve(runs, tmp_path) as app:
        yield app, key, run


def test_every_link_carries_the_key_and_no_log_tells_it(hosted, open_page: OpenPage):
    app, key, run = hosted
    page = open_page(f"{app.url}/runs?key={key}")
    expect(page.get_by_text(NAME).first).to_be_visible()
    for name in ("Compare", "Run", "Lesson", "Train"):
        link = page.get_by_test_id("stTopNav").get_by_role("link", name=name, exact=True)
        link.dispatch_event("pointerdown")  # as before a new tab is opened
        assert f"key={key}" in str(link.get_attribute("href"))
        link.click()
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_url(lambda url: f"key={key}" in url)
    other = open_page(f"{app.url}/run?run={run.id}", new_context=True)
    expect(other.get_by_text("was not found here.")).to_be_visible()
    assert "key=" not in other.url
    stranger = open_page(f"{app.url}/runs", new_context=True)
    expect(stranger.get_by_text("quick (example)").first).to_be_visible()
    assert stranger.get_by_text(NAME).count() == 0
    assert key not in (app.runs.parent / "server.log").read_text("utf-8")
