"""Two runs leave as a zip file, are deleted for good, and come back the same to the byte."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.store.provenance import read_provenance
from core.store.run import find_runs
from core.store.trash import empty_trash
from tests.factory import write_dataset, write_fingerprints, write_run


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("travel")
    dataset = write_dataset(root / "dataset" / "toy_books")
    for number in range(3):
        run = write_run(root / "runs", dataset, changes={"seed": number}, minutes=number)
        write_fingerprints(run, dataset)
    with serve(root / "runs", root / "dataset") as app:
        yield app


def test_export_delete_for_good_import_and_they_are_back(app, open_page, tmp_path):
    chosen = find_runs(app.runs)[:2]
    before = {
        path: path.read_bytes() for run in chosen for path in run.path.rglob("*") if path.is_file()
    }
    page = open_page(f"{app.url}/runs?group=none")
    count = page.locator(".runs-root .count")
    expect(count).to_have_text("3 runs")
    for title in ("quick, seed 1", "quick, seed 2"):
        page.get_by_role("checkbox", name=f"Select {title}").check()
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("textbox", name="Your name").fill("Ada Lovelace")
    page.get_by_role("button", name="Create zip file").click()  # at once, as one does
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / "ada.zip"
    download.value.save_as(file)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(count).to_have_text("1 run")
    assert len(empty_trash(app.runs)) == 2
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("input[type=file]").set_input_files([file])
    send = page.get_by_test_id("stPopoverBody").get_by_role("button", name="Import", exact=True)
    expect(send).to_be_enabled()
    page.locator(".runs-root").evaluate("table => { table.dataset.same = 'yes' }")
    send.click()
    expect(page.get_by_text("2 imported, 0 already here, 0 rejected")).to_be_visible()
    expect(count).to_have_text("3 runs")
    expect(page.locator(".runs-root[data-same]")).to_have_count(1)  # what was told moved nothing
    expect(page.locator(".runs-root .tag.from")).to_have_count(2)
    assert page.locator(".runs-root .tag.from").first.get_attribute("title") == (
        "From Ada Lovelace"
    )
    after = {
        path: path.read_bytes() for run in chosen for path in run.path.rglob("*") if path.is_file()
    }
    assert after == before
    arrival = read_provenance(app.runs, chosen[0].id)
    assert arrival is not None and arrival.data == str(app.runs.parent / "dataset" / "toy_books")
    narrow = open_page(f"{app.url}/runs?group=none", 390, True)
    expect(narrow.locator(".runs-root .tag.from").first).to_be_visible()
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
