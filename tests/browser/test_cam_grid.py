"""The CAM grid in Chromium: it acts without the server, and its link reopens what it shows."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.data.dataset import read_dataset
from core.store.groups import find_groups
from core.store.index import RunIndex
from core.store.run import Run
from tests.browser.conftest import wait_two_frames, wait_until_idle
from tests.factory import write_dataset, write_run

SET = "test_difficult"


@pytest.fixture(scope="module")
def app(serve, tmp_path_factory):
    root = tmp_path_factory.mktemp("grid")
    dataset = write_dataset(root / "dataset" / "toy_books")
    write_run(root / "runs", dataset, "quick")
    write_run(root / "runs", dataset, "looks-good", minutes=1)
    for seed in (1, 2):
        changes = {"seed": seed, "name": "bare"}
        write_run(
            root / "runs",
            dataset,
            "quick-bare",
            changes=changes,
            minutes=seed + 2,
            object_evidence=0.5,
        )
    # Another rhythm of cycles, so other moments; and other classes.
    short = [{"train": "head", "epochs": 4}, {"train": "bands", "cycles": 1, "cycle_len": 16}]
    write_run(root / "runs", dataset, changes={"name": "short", "stages": short}, minutes=7)
    renamed = write_run(root / "runs", dataset, changes={"name": "renamed"}, minutes=8)
    _rename_class(renamed, "red", "scarlet")
    bare = write_dataset(root / "dataset" / "unlabelled", labelled=False)
    write_run(root / "runs", bare, "quick", minutes=-1, changes={"name": "unlabelled"})
    many = write_dataset(root / "dataset" / "many", labelled=False)
    photos = many.test_set(SET).photos
    for number in range(300):
        copy = photos[0].path.with_name(f"more_{number:03}.jpg")
        copy.write_bytes(photos[number % len(photos)].path.read_bytes())
    write_run(root / "runs", read_dataset(many.root), minutes=-2, changes={"name": "many"})
    with serve(root / "runs", root / "dataset") as app:
        yield app


def _rename_class(run: Run, old: str, new: str) -> None:
    path = run.path / "cams.npz"
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["classes"] = np.array([new if name == old else name for name in arrays["classes"]])
    np.savez(path, **arrays)
    predictions = run.path / "predictions.csv"
    predictions.write_text(predictions.read_text("utf-8").replace(f"p_{old}", f"p_{new}"), "utf-8")


def run_of(app, name: str) -> Run:
    return Run(next(app.runs.glob(f"*-{name}-s*")))


@pytest.fixture(scope="module")
def ids(app):
    """The two runs that can be compared, as a link names them."""
    return ",".join(run_of(app, name).id for name in ("quick", "looks-good"))


# --- looking at the grid --------------------------------------------------------------------------

_PIXELS = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0; const seen = new Set();
  for (let i = 0; i < data.length; i += 4) {
    sum = (sum * 31 + data[i] * 65536 + data[i + 1] * 256 + data[i + 2]) % 2147483647;
    seen.add(data[i] >> 4);
  }
  return [sum, seen.size];
}"""


def wait_until_drawn(page: Page) -> None:
    """Waits until the grid has drawn everything that was asked of it."""
    wait_two_frames(
        page
    )  # which rows are on the screen is noticed by the browser once it has drawn
    expect(page.locator(".grid-root")).to_have_attribute("aria-busy", "false")


def pixels(page: Page, number: int = 0) -> tuple[int, int]:
    """A checksum of a cell's pixels and how many levels of red it shows."""
    wait_until_drawn(page)
    checksum, levels = page.locator(".cell canvas").nth(number).evaluate(_PIXELS)
    return checksum, levels


def cell_label(page: Page, number: int = 0) -> str:
    """What a screen reader says of a cell."""
    wait_until_drawn(page)
    label = page.get_by_role("gridcell").nth(number).get_attribute("aria-label")
    return (label or "").replace("\xa0", " ")


def files(page: Page) -> list[str]:
    return page.locator(".photo .file").all_inner_texts()


# --- what it shows --------------------------------------------------------------------------------


def test_each_run_is_drawn_and_has_a_text_label(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    expect(page.get_by_role("gridcell")).to_have_count(12)
    chips = page.locator("a.chip")
    expect(chips).to_have_text(["generalises", "overfit that looks good"])
    assert chips.nth(1).get_attribute("href") == f"run?run={run_of(app, 'looks-good').id}"
    first, second = pixels(page, 0), pixels(page, 1)
    assert first[1] > 4
    assert first[0] != second[0]
    said = cell_label(page)
    told = r"photo img_0\.jpg, run quick: predicts \w+ \d+% \((correct|incorrect, .*)\)"
    assert re.match(told, said)
    assert re.search(r"\d+% of the evidence in the blue box$", said)


def test_its_numbers_are_those_of_the_summary(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    for number, name in enumerate(("quick", "looks-good")):
        found = run_of(app, name).summary()["sets"][SET]["localisation"]
        head = page.locator(".head").nth(number)
        words = f"{100 * found['share']:.0f}% in the box, lift {found['lift']:.2f}"
        expect(head).to_contain_text(words)
        assert f"{found['objects']} objects" in head.locator("[title*=objects]").get_attribute(
            "title"
        )


def test_a_group_of_repeats_is_a_column(app, open_page):
    group = next(group for group in find_groups(RunIndex(app.runs).rows()) if group.repeats == 2)
    page = open_page(f"{app.url}/cams?groups={group.id}")
    expect(page.locator(".head")).to_contain_text("mean of 2 runs")
    wait_until_drawn(page)
    expect(page.get_by_role("gridcell").first).to_contain_text("of 2 runs")


def test_photos_without_labels_show_predictions_and_no_verdict(app, open_page):
    page = open_page(f"{app.url}/cams?runs={run_of(app, 'unlabelled').id}&set=test_difficult")
    expect(page.get_by_role("gridcell")).to_have_count(6)
    expect(page.get_by_text("no label", exact=True)).to_have_count(6)
    expect(page.locator(".mark:not(:empty)")).to_have_count(0)
    expect(page.get_by_text("no boxes in this set")).to_be_visible()
    expect(page.get_by_role("combobox", name="Evidence for")).to_have_value("predicted")
    assert "correct" not in cell_label(page)


def test_runs_on_other_photos_are_left_out_and_named(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={run_of(app, 'unlabelled').id},{ids}")
    expect(page.get_by_text("Excluded because they were trained on different")).to_be_visible()


def test_a_run_of_other_classes_says_what_it_does_not_know(app, ids, open_page):
    both = f"{run_of(app, 'quick').id},{run_of(app, 'renamed').id}"
    page = open_page(f"{app.url}/cams?runs={both}&class=red")
    assert cell_label(page, 0).endswith("of the evidence in the red box")
    assert cell_label(page, 1).endswith("red is not a class of this run")
    page.get_by_role("combobox", name="Evidence for").first.select_option("scarlet")
    assert cell_label(page, 0).endswith("scarlet is not a class of this run")
    assert "scarlet" in cell_label(page, 1)


def test_runs_with_other_cycles_stay_in_step(app, open_page):
    both = f"{run_of(app, 'quick').id},{run_of(app, 'short').id}"
    page = open_page(f"{app.url}/cams?runs={both}&moment=44")
    quick = run_of(app, "quick").class_maps().epochs
    short = run_of(app, "short").class_maps().epochs
    for number, (epochs, planned) in enumerate(((quick, 32), (short, 20))):
        then = [epoch for epoch in epochs if epoch / planned <= 0.45][-1]
        expect(page.locator(".head").nth(number)).to_contain_text(f"epoch {then}")


# --- its controls ---------------------------------------------------------------------------------


def test_controls_act_without_the_server_and_the_link_reopens_the_picture(app, ids, open_page):
    sent: list[object] = []
    page = open_page(f"{app.url}/cams?runs={ids}", sent_frames=sent)
    pictures = [pixels(page)[0]]
    assert sent
    sent.clear()
    for change in (
        lambda: page.get_by_role("slider", name="Opacity").first.fill("60"),
        lambda: page.get_by_role("combobox", name="Evidence for").first.select_option("red"),
        lambda: page.get_by_role("slider", name="Training progress").first.fill("0"),
        lambda: page.get_by_role("combobox", name="Colour scale").select_option("own"),
        lambda: page.get_by_role("combobox", name="Colour scale").select_option("raw"),
        lambda: page.get_by_role("checkbox", name="Boxes").uncheck(),
    ):
        change()
        pictures.append(pixels(page)[0])
    assert len(set(pictures)) == len(pictures)
    expect(page.get_by_text("epoch 5").first).to_be_visible()
    page.get_by_role("combobox", name="Order").select_option("worst")
    page.get_by_role("gridcell").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    for part in ("class=red", "heat=60", "moment=16", "scale=raw", "boxes=off", "order=worst"):
        expect(page).to_have_url(re.compile(rf"[?&]{part}(&|$)"))
    expect(page).to_have_url(re.compile("open=img_"))
    assert sent == []
    again = open_page(page.url)
    expect(again.get_by_role("dialog")).to_be_visible()
    assert files(again) == files(page)
    assert pixels(again) == pixels(page)


def test_the_link_outlives_a_rerun(app, ids, open_page):
    """Another test set is asked of the server: what the browser wrote into the link stays."""
    page = open_page(f"{app.url}/cams?runs={ids}")
    page.get_by_role("combobox", name="Colour scale").select_option("own")
    expect(page).to_have_url(re.compile("scale=own"))
    page.get_by_test_id("stSelectbox").get_by_role("combobox").click()
    page.get_by_role("option", name="test", exact=True).click()
    expect(page.locator(".photo")).to_have_count(3)
    wait_until_idle(page)
    for part in ("scale=own", "set=test(&|$)", "runs="):
        expect(page).to_have_url(re.compile(part))
    expect(page.get_by_role("combobox", name="Colour scale")).to_have_value("own")


def test_training_plays_from_its_beginning_to_its_end(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    page.get_by_role("combobox", name="Speed").first.select_option("fast")
    end = pixels(page)[0]
    page.get_by_role("button", name="Play training").click()
    expect(page.get_by_text("epoch 5").first).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play training")).to_be_visible()
    expect(page.locator(".head").first).to_contain_text("epoch 32")
    assert pixels(page)[0] == end


def test_the_order_can_put_disagreement_or_the_worst_first(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    expect(page.locator(".photo .file")).to_have_count(6)
    before = files(page)
    for order in ("disagree", "worst"):
        page.get_by_role("combobox", name="Order").select_option(order)
        expect(page.locator(".photo .file")).not_to_have_text(before)
        assert sorted(files(page)) == before
    shares = [
        [
            int(re.search(r"(\d+)% of the evidence", cell_label(page, 2 * row + run)).group(1))
            for run in (0, 1)
        ]
        for row in range(5)
    ]
    worst = [min(pair) for pair in shares]
    assert worst == sorted(worst)
    assert "background has no box" in cell_label(page, 10)


# --- one photo large, and keys --------------------------------------------------------------------


def test_a_photo_opens_large_with_all_runs_and_classes(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    page.get_by_role("gridcell").nth(2).click()
    dialog = page.get_by_role("dialog", name="Photo img_1.jpg, enlarged")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".class-line")).to_have_count(6)
    expect(dialog.locator(".class-line[aria-pressed=true]")).to_have_count(2)
    dialog.locator(".class-line").filter(has_text="red").first.click()
    expect(page.get_by_role("combobox", name="Evidence for").first).to_have_value("red")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="Photo img_2.jpg, enlarged")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("dialog", name="Photo img_0.jpg, enlarged")).to_be_visible()
    expect(page.get_by_role("button", name="Previous photo")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("open="))


def test_keys_walk_the_cells(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}")
    wait_until_drawn(page)
    page.get_by_role("gridcell").first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.get_by_role("gridcell").nth(3)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Photo img_1.jpg, enlarged")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("gridcell").nth(3)).to_be_focused()


def test_it_fits_a_phone(app, ids, open_page):
    page = open_page(f"{app.url}/cams?runs={ids}&set=test&open=img_1.jpg", 390, dark=True)
    expect(page.get_by_role("dialog")).to_be_visible()
    box = page.get_by_role("dialog").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    expect(page.locator(".photo")).to_have_count(3)
    expect(page.get_by_role("gridcell")).to_have_count(6)


# --- many photos ----------------------------------------------------------------------------------


def test_three_hundred_photos_are_drawn_as_they_are_needed(app, open_page):
    page = open_page(f"{app.url}/cams?runs={run_of(app, 'many').id}&set=test_difficult")
    expect(page.locator(".row.waiting")).not_to_have_count(0)
    wait_until_drawn(page)
    assert page.locator(".cell").count() < 30
    page.locator(".row").last.scroll_into_view_if_needed()
    expect(page.locator(".photo .file").last).to_have_text("more_299.jpg")
    wait_until_drawn(page)
    kept = page.evaluate(
        "() => [...document.querySelectorAll('*')].map(node => node.shadowRoot).filter(Boolean)"
        ".flatMap(root => [...root.querySelectorAll('.cell canvas')])"
        ".filter(canvas => canvas.width > 0).length"
    )
    assert kept < 30
