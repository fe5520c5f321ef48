"""The Runs page: empty, normal and error case."""

from __future__ import annotations

import os

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
        assert app.error[0].value == r"the worker \(process 4242\) stopped in epoch 17"


def test_a_run_that_waits_for_no_worker_is_told(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "queued")
    Queue(runs).submit(run.id)
    os.utime(run.path / "status.json", (0, 0))  # launched long ago
    app = open_page("runs")
    assert not app.exception
    assert "1 run waits, and no worker process is running" in texts(app)
    assert app.button(key="runs.worker.start")


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


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("status.json", '{"state": "do'),
        ("status.json", '{"state": "dancing"}'),
        ("summary.json", '{"sets": [1, 2]}'),
        ("summary.json", '{"sets": {"test": {"scores": {"primary": {"value": "much"}}}}}'),
        ("environment.json", '{"data": {}}'),
    ],
)
def test_a_spoiled_file_hides_no_other_run(runs, dataset, open_page, file, text):
    write_run(runs, dataset, "quick")
    broken = write_run(runs, dataset, "looks-good", minutes=1)
    (broken.path / file).write_text(text, "utf-8")
    app = open_page("runs")
    assert not app.exception
    assert list(app.dataframe[0].value["state"]) == ["cannot be read", "done"]
    assert f"{file}: damaged" in app.error[0].value


def test_a_damaged_history_is_one_line(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick")
    (run.path / "history.csv").write_bytes(b"\xff\xfe\x00")
    app = open_page("runs")
    assert not app.exception
    assert "history.csv" in app.error[0].value


def test_repeats_are_one_row_and_their_runs_a_table_of_their_own(runs, dataset, open_page):
    ids = [write_run(runs, dataset, changes={"seed": s}, minutes=s).id for s in range(3)]
    write_run(runs, dataset, "looks-good", minutes=5)
    app = open_page("runs", run=ids[1])
    assert not app.exception
    groups, members = (table.value for table in app.dataframe[:2])
    assert list(groups["run"]) == ["looks-good", "quick, 3 seeds"]
    assert [list(cell) for cell in groups["verdict"]] == [
        ["overfit that looks good"], ["generalises, 3 of 3"],
    ]  # fmt: skip
    assert groups["val_accuracy"][1] == "100 % (100-100)"
    assert list(members["run"]) == ["quick, seed 0", "quick, seed 1", "quick, seed 2"]
    assert app.subheader[0].value == r"quick, seed 1"
    app = open_page("runs", run=ids[1], group="false")  # the toggle is kept in the link
    assert not app.exception
    assert not app.toggle(key="group").value
    assert len(app.dataframe) == 1
    assert len(app.dataframe[0].value) == 4
    assert app.subheader[0].value == r"quick, seed 1"


def test_without_repeats_there_is_nothing_to_group(runs, dataset, open_page):
    write_run(runs, dataset, "quick")
    write_run(runs, dataset, "quick", minutes=1)  # the same seed: the same bits again
    app = open_page("runs")
    assert not app.toggle
    assert len(app.dataframe) == 1
    assert [list(cell) for cell in app.dataframe[0].value["verdict"]] == [["generalises"]] * 2
