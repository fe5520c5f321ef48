"""The report as its reader has it: opened from disk without network and scripts, and on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.data.dataset import read_dataset
from tests.browser.conftest import ROOT, TIMEOUT_MS
from tests.factory import write_run

PAPERS = ("A4", "Letter")
CSS = (ROOT / "core/report/report.css").read_text("utf-8").strip()


@pytest.fixture(scope="module")
def report(serve, browser, tmp_path_factory) -> Path:
    """What the button on Compare gives for four runs."""
    root = tmp_path_factory.mktemp("report")
    dataset = read_dataset(ROOT / "dataset" / "toy_books")
    ids = [
        write_run(root / "runs", dataset, preset, changes={"batch_size": 8 + n}, minutes=n).id
        for n, preset in enumerate(["quick", "looks-good", "quick-bare", "quick-no-dropout"])
    ]
    with serve(root / "runs", root / "dataset") as app:
        page = browser.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(f"{app.url}/compare?runs={','.join(ids)}")
        with page.expect_download() as download:
            page.get_by_role("button", name="Report (HTML)").click()
        file = root / "report.html"
        download.value.save_as(file)
        page.close()
    assert download.value.suggested_filename == "report-quick-looks-good.html"
    return file


@pytest.fixture
def read(browser, report):
    """Opens the file, offline and without scripts."""
    contexts = []

    def read_(width: int = 1000, css: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, java_script_enabled=False
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        asked: list[str] = []
        file = report
        if css:
            text = report.read_text("utf-8").replace(CSS, css)
            file = report.with_name("other.html")
            file.write_text(text, "utf-8")
        page.goto(file.as_uri())
        assert [url for url in asked if not url.startswith(("data:", "file:"))] == []
        return page

    yield read_
    for context in contexts:
        context.close()


def test_it_is_small_and_every_picture_is_there(report, read):
    assert report.stat().st_size < 3_000_000
    page = read()
    pictures = page.locator("img")
    assert pictures.count() >= 6 * 5
    broken = pictures.evaluate_all("found => found.filter(i => !i.complete || !i.naturalWidth)")
    assert broken == []
    assert page.locator("h2").first.is_visible()
    assert page.locator("svg[role=img]").count() == 1 + 4 + 4


@pytest.mark.parametrize("width", [390, 1000])
def test_the_page_does_not_scroll_sideways(read, width):
    page = read(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("paper", PAPERS)
def test_no_figure_is_cut_by_a_page(read, paper):
    page = read()
    figures = figures_on_pages(page.pdf(format=paper, tagged=True, prefer_css_page_size=True))
    assert len(figures) > 100
    assert [pages for pages in figures if len(pages) != 1] == []


def test_without_the_style_for_paper_figures_would_be_cut(read):
    """That the reading of the PDF would see it."""
    css = CSS.replace("break-inside: avoid", "break-inside: auto")
    figures = figures_on_pages(read(css=css).pdf(format="A4", tagged=True))
    assert [pages for pages in figures if len(pages) > 1]


def figures_on_pages(pdf: bytes) -> list[set[int]]:
    """Of each figure and picture of a tagged PDF as Chromium writes it, the pages that it is on."""
    objects = {
        int(number): body for number, body in re.findall(rb"(\d+) 0 obj\s(.*?)endobj", pdf, re.S)
    }

    def pages(number: int) -> set[int]:
        body = re.sub(rb"/Alt\s*(<[^>]*>|\((\\.|[^\\)])*\))", b"", objects[number], flags=re.S)
        found = {int(page) for page in re.findall(rb"/Pg (\d+) 0 R", body)}
        kids = re.search(rb"/K\s*(\[.*?\]|\d+ 0 R)", body, re.S)
        for kid in re.findall(rb"(\d+) 0 R", kids[1]) if kids else []:
            if b"/StructElem" in objects[int(kid)]:
                found |= pages(int(kid))
        return found

    return [pages(number) for number, body in objects.items() if b"/S /Figure" in body]
