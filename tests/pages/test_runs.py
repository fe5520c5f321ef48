"""The Runs page: empty, normal and error case."""

from __future__ import annotations

import pytest

from core.jobs.queue import Queue
from core.store.run import open_run
from tests.factory import write_run
from tests.pages.conftest import texts


def test_without_runs_it_offers_the_two(dataset, open_page):
    app = open_page("runs")
    assert not app.exception
    assert "There are no runs yet" in texts(app)
    assert app.button(key="runs.first.train")


def test_it_lists_runs_newest_first_and_shows_the_newest(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("runs")
    assert not app.exception
    assert list(app.dataframe[0].value["run"]) == ["looks-good", "quick"]
    assert app.subheader[0].value == r"looks\-good"
    assert "done, took 1 min 4 s" in texts(app)
    assert "epoch 32 of 32" in app.code[0].value


def test_the_link_chooses_the_run(runs, dataset, open_page):
    first = write_run(runs, dataset, "quick")
    write_run(runs, dataset, "looks-good", minutes=1)
    app = open_page("runs", run=first.id)
    assert not app.exception
    assert app.subheader[0].value == "quick"
    assert "There is no run" in open_page("runs", run="gone").warning[0].value


@pytest.mark.parametrize("state", ["queued", "running", "failed", "cancelled"])
def test_every_state_is_told(runs, dataset, open_page, state):
    write_run(runs, dataset, "quick", state)
    app = open_page("runs")
    assert not app.exception
    if state == "failed":
        assert app.error[0].value == "the worker (process 4242) stopped in epoch 17"
    waits = state in ("queued", "running")
    assert ("no worker process is running" in texts(app)) == waits


def test_a_waiting_run_can_be_cancelled(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "queued")
    Queue(runs).submit(run.id)
    app = open_page("runs")
    app.button(key=f"runs.detail.stop.{run.id}").click().run()
    assert not app.exception
    assert open_run(runs, run.id).status().state == "cancelled"


def test_a_damaged_folder_is_one_line_and_hides_no_other_run(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    broken = write_run(runs, dataset, "looks-good", minutes=1)
    (broken.path / "recipe.yaml").write_text("bands: {0: fast}\n", "utf-8")
    app = open_page("runs")
    assert not app.exception
    assert list(app.dataframe[0].value["state"]) == ["cannot be read", "done"]
    assert "bands.0.lr: must be a number" in app.error[0].value


def test_a_damaged_history_is_one_line(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    (run.path / "history.csv").write_bytes(b"\xff\xfe\x00")
    app = open_page("runs")
    assert not app.exception
    assert "history.csv" in app.error[0].value
