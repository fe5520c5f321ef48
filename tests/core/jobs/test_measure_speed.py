import json
import os
from dataclasses import replace

import pytest

from core.jobs import measure_speed
from core.jobs.measure_speed import MeasurementStatus, clear_failure, request_speed
from core.recipe.files import load_recipe
from core.train.speed import speed_path, write_speed
from tests.factory import uniform_speed, write_run

RECIPE = load_recipe("quick")


@pytest.fixture
def started(monkeypatch):
    """The processes that would have been started."""
    asked: list[str] = []
    monkeypatch.setattr(
        measure_speed, "_start", lambda runs_dir, recipe, note: asked.append(recipe.backbone)
    )
    return asked


def note(runs, state, pid, error=""):
    path = speed_path(runs, RECIPE).with_suffix(".note")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"state": state, "error": error, "pid": pid}))


def test_a_process_is_started_once_and_its_result_is_read(tmp_path, started):
    assert request_speed(tmp_path, RECIPE) == MeasurementStatus("measuring")
    assert started == ["efficientnet_lite0"]
    note(tmp_path, "waiting", os.getpid())
    assert request_speed(tmp_path, RECIPE) == MeasurementStatus("waiting")
    assert len(started) == 1
    note(tmp_path, "measuring", 2**22 + 1)  # it was killed
    request_speed(tmp_path, RECIPE)
    assert len(started) == 2
    write_speed(tmp_path, RECIPE, uniform_speed(RECIPE))
    assert list(request_speed(tmp_path, RECIPE).forward) == list(uniform_speed(RECIPE).forward)


def test_a_failure_is_told_until_it_is_forgotten(tmp_path, started):
    note(tmp_path, "failed", 1, "no room")
    assert request_speed(tmp_path, RECIPE) == MeasurementStatus("failed", "no room")
    assert started == []
    clear_failure(tmp_path, RECIPE)
    assert request_speed(tmp_path, RECIPE) == MeasurementStatus("measuring")
    assert started == ["efficientnet_lite0"]


def test_it_waits_for_a_run_to_end(tmp_path, tiny, monkeypatch):
    run = write_run(tmp_path, tiny, state="running")
    run.write_status(replace(run.status(), pid=os.getpid()))
    told = []

    def end(seconds):
        state = json.loads(speed_path(tmp_path, RECIPE).with_suffix(".note").read_text())["state"]
        told.append(state)
        run.write_status(replace(run.status(), state="done"))

    monkeypatch.setattr(measure_speed.time, "sleep", end)
    monkeypatch.setattr(
        "core.train.calibrate.calibrate", lambda recipe, check_cancelled: uniform_speed(recipe)
    )
    measure_speed.measure(tmp_path, RECIPE, on_wait=told.append)
    assert told == [run.id, "waiting"]
    assert isinstance(request_speed(tmp_path, RECIPE), type(uniform_speed(RECIPE)))


def test_what_goes_wrong_is_noted(tmp_path, monkeypatch, started):
    def fail(recipe, check_cancelled):
        raise MemoryError("too large")

    monkeypatch.setattr("core.train.calibrate.calibrate", fail)
    with pytest.raises(MemoryError):
        measure_speed.measure(tmp_path, RECIPE)
    assert request_speed(tmp_path, RECIPE) == MeasurementStatus("failed", "too large")
