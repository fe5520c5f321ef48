"""The CAMs page: empty, normal and error case (the grid itself: tests/browser/test_cam_grid.py)."""

from __future__ import annotations

import shutil

from tests.factory import write_run
from tests.pages.conftest import components, visible_text


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("cams")
    assert not app.exception
    assert "Class maps appear when a run finishes" in visible_text(app)


def test_it_shows_the_difficult_photos_of_the_chosen_runs(runs, dataset, open_page):
    ids = [write_run(runs, dataset, preset).id for preset in ("quick", "looks-good")]
    app = open_page("cams", runs=",".join(ids))
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="set").value == "test_difficult"
    assert len(components(app)) == 1
    app = open_page("cams", runs=",".join(ids), set="test")
    assert app.selectbox(key="set").value == "test"


def test_a_run_without_maps_says_when_they_come(runs, dataset, open_page):
    write_run(runs, dataset, "quick", "running")
    app = open_page("cams")
    assert not app.exception
    assert app.info[0].value == (
        "No class maps yet: quick. They are made at the end of each cycle."
    )


def test_photos_that_are_gone_are_one_line(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    shutil.rmtree(dataset.root)
    app = open_page("cams")
    assert not app.exception
    assert "no such folder" in app.error[0].value.replace("\\", "")


def test_a_damaged_archive_is_one_line(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    (run.path / "cams.npz").write_bytes(b"no archive")
    app = open_page("cams")
    assert not app.exception
    assert "cams.npz" in app.error[0].value.replace("\\", "")
