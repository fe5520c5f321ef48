from dataclasses import replace
from datetime import timedelta

import pytest

from core.base import files
from core.jobs.queue import Queue
from core.jobs.queue_forecast import entry_text, forecast_queue, seconds_left
from core.store.status import utc_now
from core.train.estimate import TRAINING_PARTS, count_photos, estimate
from tests.factory import write_lr_search, write_run


def test_times_add_up_in_the_order_of_the_queue(tmp_path, tiny):
    runs = [write_run(tmp_path, tiny, state="queued", minutes=m) for m in range(3)]
    for run in runs:
        Queue(tmp_path).submit(run.id)
    now = utc_now()
    recipe = runs[0].recipe()
    one = estimate(tmp_path, recipe, count_photos(tiny, recipe)).seconds
    line = forecast_queue(tmp_path, now)
    assert [t.name for t in line] == ["quick"] * 3
    ends = [t.ends_in for t in line]
    assert [round(t, 3) for t in ends] == [round(n * one, 3) for n in (1, 2, 3)]
    assert [t.starts_in for t in line] == [0, *ends[:2]]


def test_what_is_under_way_counts_what_is_left_and_a_resumed_run_less(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="running")  # half of its epochs, 40 s to go
    recipe = run.recipe()
    parts = estimate(tmp_path, recipe, count_photos(tiny, recipe)).parts
    environment = run.environment() | {"estimate": {"parts": parts}}
    files.write_json(run.path / "environment.json", environment)
    status = run.status()
    after = sum(parts[name] for name in ("evaluate", "varied views", "diagnose"))
    now = utc_now()
    left = seconds_left(run, replace(status, heartbeat=now.isoformat()), now)
    assert left is not None and abs(left - (40 + after)) < 0.01
    overdue = (now - timedelta(seconds=50)).isoformat()
    assert seconds_left(run, replace(status, heartbeat=overdue), now) is None
    training = sum(parts[name] for name in TRAINING_PARTS)
    before = parts["photos"] + parts["features"]
    resumed = replace(status, state="queued", epoch=status.epochs // 2)
    left = seconds_left(run, resumed, now)
    assert left is not None and abs(left - (before + training / 2 + after)) < 0.01
    beginning = replace(status, epoch=0, eta_seconds=None, heartbeat=now.isoformat())
    trained = replace(beginning, epoch=status.epochs)
    diagnosing = replace(trained, eta_seconds=2.0)
    for each, whole in [
        (beginning, before + training + after),
        (trained, after),
        (diagnosing, 2.0),
    ]:
        assert seconds_left(run, each, now) == pytest.approx(whole)
        assert seconds_left(run, each, now + timedelta(seconds=1)) == pytest.approx(whole - 1)
        assert seconds_left(run, each, now + timedelta(seconds=whole + 1)) is None
    assert seconds_left(run, replace(status, state="done"), now) is None


def test_what_is_under_way_comes_first_and_searches_and_gone_folders_are_borne(tmp_path, tiny):
    first = write_run(tmp_path, tiny, state="queued")
    search = write_lr_search(tmp_path, first.recipe(), tiny, None)
    second = write_run(tmp_path, tiny, state="queued", minutes=1)
    queue = Queue(tmp_path)
    for name in ("gone", first.id, search.work_id, second.id):
        queue.submit(name)
    queue.claim(1)
    line = forecast_queue(tmp_path, utc_now())
    assert [turn.work_id for turn in line] == [first.id, search.work_id, second.id]
    labels = {turn.work_id: "a run" for turn in line if "/" not in turn.work_id}
    told = [entry_text(turn.work_id, labels) for turn in line]
    assert told == ["a run", "learning rate search", "a run"]
    assert entry_text(".rescore/x", {"x": "a run"}) == "a run: rescoring"
    assert line[2].starts_in is None  # nobody knows how long a search takes
