"""The Content-Security-Policy that docs/security.md gives a reverse proxy: pages work under it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import FLAGS, ROOT, chromium, wait_until_idle
from tests.factory import write_dataset, write_run


def policy(url: str) -> str:
    """As the docs write it, of this server."""
    docs = (ROOT / "docs" / "security.md").read_text("utf-8")
    found = re.search(r'Content-Security-Policy "([^"]+)"', docs)
    assert found is not None
    return found[1].replace("wss://lens.example.org", url.replace("http:", "ws:"))


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("policy")
    (root / "runs").mkdir()
    dataset = write_dataset(root / "dataset" / "toy_books")
    for minutes, preset in enumerate(("quick", "looks-good")):
        write_run(root / "runs", dataset, preset, minutes=minutes)
    with serve(root / "runs", root / "dataset") as app:
        yield app


def test_pages_work_under_the_policy(app, browser):
    # A page that is answered here counts as one from far away, which may not speak to this machine.
    flags = [*FLAGS, "--disable-features=LocalNetworkAccessChecks"]
    own = browser.browser_type.launch(executable_path=chromium(), args=flags)
    context = own.new_context(viewport={"width": 1440, "height": 900})
    refused: list[str] = []

    def answer(route: Route) -> None:
        if route.request.resource_type != "document":
            route.continue_()
            return
        found = route.fetch()
        headers = {"content-type": "text/html; charset=utf-8"}
        headers["content-security-policy"] = policy(app.url)
        route.fulfill(status=found.status, headers=headers, body=found.body())

    context.route("**/*", answer)
    page = context.new_page()
    page.on("console", lambda told: refused.append(told.text) if "Security" in told.text else None)
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
    own.close()
    assert refused == []
