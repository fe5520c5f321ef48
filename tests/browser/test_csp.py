"""The Content-Security-Policy that the server gives its pages: they work under it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from server import responses
from tests.browser.conftest import wait_until_idle
from tests.factory import write_dataset, write_run


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("policy")
    (root / "runs").mkdir()
    dataset = write_dataset(root / "dataset" / "toy_books")
    for minutes, preset in enumerate(("quick", "looks-good")):
        write_run(root / "runs", dataset, preset, minutes=minutes)
    with serve(root / "runs", root / "dataset") as app:
        yield app


def test_pages_work_under_the_policy(app, open_page):
    page = open_page(f"{app.url}/lesson")
    refused: list[str] = []
    page.on("console", lambda told: refused.append(told.text) if "Security" in told.text else None)
    policy = page.request.get(app.url).headers["content-security-policy"]
    assert policy == responses.policy(app.url.removeprefix("http://"))
    for place, sign in [
        ("train", ".plot svg"),
        ("data", ".wall img"),
        ("runs", ".runs-root tr"),
        ("compare?section=Curves", ".plot svg"),
        ("compare?section=Confusion", ".js-plotly-plot svg"),
        ("compare?section=Photos", ".table-root img"),
        ("cams", "canvas"),
    ]:
        page.goto(f"{app.url}/{place}")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(sign).first).to_be_attached()
        wait_until_idle(page)
    assert refused == []
