"""The recipe builder in Chromium: from a preset to queued runs, files, links, keys, a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core.jobs.local import worker_lock
from core.recipe.files import load_recipe, recipe_yaml
from core.store.run import find_runs
from tests.browser.conftest import wait_until_idle
from tests.factory import write_dataset, write_run

QUICK = load_recipe("quick")


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("train")
    dataset = write_dataset(root / "dataset" / "toy_books", photos=8)
    write_run(root / "runs", dataset, "looks-good", changes={"batch_size": 8})
    with worker_lock(root / "runs"), serve(root / "runs", root / "dataset") as app:
        yield app  # while the lock is held here, no worker starts: what is launched waits


def rates(page: Page) -> list[str]:
    """The rates that stand beneath the strip."""
    wait_until_idle(page)
    return page.locator(".rates .rate").all_text_contents()


def open_popover(page: Page, words: str):
    """Opens the one that is called so."""
    page.get_by_test_id("stPopover").filter(has_text=words).get_by_role("button").first.click()
    return page.get_by_test_id("stPopoverBody")


def test_a_recipe_is_built_from_a_preset_and_launched_with_three_seeds(app, open_page):
    page = open_page(f"{app.url}/train")
    expect(page.locator(".layer")).to_have_count(27)
    expect(page.locator(".block.frozen")).to_have_count(16)
    page.get_by_text("Zoom", exact=True).click()
    wait_until_idle(page)
    slider = page.get_by_role("slider", name="Logits")
    slider.press("ArrowRight")
    expect(page.locator(".layer.drops .share").last).to_have_text("35%")
    page.locator(".layer").nth(13).click()
    expect(page.locator(".block.frozen")).to_have_count(13)
    assert rates(page) == ["frozen", "3e-4", "1e-3", "3e-3", "1e-2"]
    firsts = page.get_by_role("spinbutton", name="From layer")
    expect(firsts.nth(1)).to_have_value("13")
    firsts.nth(1).fill("14")
    firsts.nth(1).press("Enter")
    expect(page.locator(".block.frozen")).to_have_count(14)
    expect(page.get_by_test_id("stBottom").get_by_text("augment.zoom")).to_be_visible()
    page.get_by_role("combobox", name="Repeats").click()
    page.get_by_role("option", name="3 seeds").click()
    wait_until_idle(page)
    before = {run.id for run in find_runs(app.runs)}
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_text("3 runs launched")).to_be_visible()
    recipes = [run.recipe() for run in find_runs(app.runs) if run.id not in before]
    assert sorted(recipe.seed for recipe in recipes) == [0, 1, 2]
    for recipe in recipes:
        assert [(band.first, band.lr) for band in recipe.bands][:2] == [(0, 0), (14, 3e-4)]
        assert recipe.augment.zoom is None
        assert recipe.head.dropout.logits == 0.35
    page.get_by_role("link", name="View runs").click()
    expect(page.locator("h1")).to_have_text("Runs")


def test_the_keys_do_all_that_the_mouse_does(app, open_page):
    page = open_page(f"{app.url}/train")
    page.locator(".layer").nth(0).focus()
    page.keyboard.press("End")
    expect(page.locator(".words b")).to_have_text("26 log_softmax")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".rates .rate")).to_have_count(5)
    expect(page.locator(".words b")).to_have_text("22 dropout_class_map")
    wait_until_idle(page)
    page.keyboard.press("ArrowUp")  # the focus stayed where it was
    expect(page.locator(".rates .rate").last).to_have_text("3e-2")
    wait_until_idle(page)
    page.keyboard.press("Enter")
    expect(page.locator(".rates .rate")).to_have_count(4)
    assert rates(page) == ["frozen", "1e-3", "3e-3", "1e-2"]


def test_a_recipe_is_saved_and_loaded_again(app, open_page, tmp_path):
    page = open_page(f"{app.url}/train?preset=looks-good")
    page.get_by_text("Rotation", exact=True).click()
    expect(page.get_by_text("1 change", exact=True)).to_be_visible()
    wait_until_idle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as file").click()
    path = tmp_path / "mine.yaml"
    download.value.save_as(path)
    saved = load_recipe(path)
    assert saved.augment.rotate is not None
    again = open_page(f"{app.url}/train")
    body = open_popover(again, "Based on")
    body.locator("input[type=file]").set_input_files(path)
    expect(again.get_by_text("Based on file mine.yaml")).to_be_visible()
    expect(again.get_by_role("switch", name="Rotation")).to_be_checked()
    assert rates(again) == ["1e-1", "1e-2"]
    expect(again.get_by_text("No changes to")).to_be_visible()
    # The closed popover's controls are not drawn, but the browser knows their values.
    again.get_by_role("spinbutton", name="Batch size").fill("4")
    again.get_by_role("spinbutton", name="Batch size").press("Enter")
    expect(again.get_by_text("1 change", exact=True)).to_be_visible()
    expect(again.get_by_text("Based on file mine.yaml")).to_be_visible()
    again.reload()
    expect(again.get_by_text("1 change", exact=True)).to_be_visible()
    expect(again.get_by_text("Based on file mine.yaml")).to_be_visible()
    before = {run.id for run in find_runs(app.runs)}
    again.get_by_role("button", name="Launch").click()
    expect(again.get_by_text("launched. It continues")).to_be_visible()
    (run,) = (run for run in find_runs(app.runs) if run.id not in before)
    assert run.recipe() == saved.model_copy(update={"batch_size": 4})


def test_a_file_with_a_mistake_is_one_line_that_names_the_key(app, open_page, tmp_path):
    page = open_page(f"{app.url}/train")
    path = tmp_path / "bad.yaml"
    path.write_text(recipe_yaml(QUICK).replace("batch_size: 16", "batch_size: many"), "utf-8")
    body = open_popover(page, "Based on")
    body.locator("input[type=file]").set_input_files(path)
    expect(body.get_by_text("bad.yaml: batch_size: must be a whole number")).to_be_visible()
    expect(page.get_by_text("Based on preset quick")).to_be_visible()


def test_a_run_is_run_again_with_changes_by_its_link(app, open_page):
    run = next(run for run in find_runs(app.runs) if run.recipe().batch_size == 8)
    page = open_page(f"{app.url}/train?again={run.id}")
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("8")
    assert rates(page) == ["1e-1", "1e-2"]
    page.get_by_role("spinbutton", name="Batch size").fill("4")
    page.get_by_role("spinbutton", name="Batch size").press("Enter")
    body = open_popover(page, "1 change")
    expect(body.get_by_text("was 8")).to_be_visible()
    body.get_by_role("button").first.click()
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("8")
    assert f"again={run.id}" in page.url


def test_a_preset_is_chosen_and_the_link_reopens_it(app, open_page):
    page = open_page(f"{app.url}/train")
    open_popover(page, "Based on").get_by_text("looks-good", exact=True).click()
    expect(page).to_have_url(re.compile("preset=looks-good"))
    expect(page.get_by_text("check the class maps")).to_be_visible()
    again = open_page(page.url)
    assert rates(again) == ["1e-1", "1e-2"]


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_the_columns_stand_below_each_other(app, open_page, dark):
    page = open_page(f"{app.url}/train?preset=article-success", 390, dark)
    overflow = page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]');"
        " return main.scrollWidth - main.clientWidth; }"
    )
    assert overflow <= 0
    tops = [
        page.get_by_role("heading", name=name).bounding_box()["y"]
        for name in ("Data and augmentation", "Model and learning rates", "Training schedule")
    ]
    assert tops == sorted(tops)
    bar = page.get_by_test_id("stBottom").bounding_box()
    assert bar["height"] < 200
    expect(page.get_by_role("button", name="Launch")).to_be_in_viewport()
    page.locator(".layer").nth(40).click()
    expect(page.locator(".words b")).to_be_visible()
