"""The detached worker, for real: other processes, real signals."""

import fcntl
import os
import signal
from dataclasses import replace

import pytest

from core.base.errors import RunError
from core.data.dataset import read_dataset
from core.data.label_edits import Truth, save_truth
from core.data.label_tables import Box, Label
from core.jobs.local import (
    LocalExecutor,
    ensure_worker,
    mark_lost_work,
    process_alive,
    recover_queue,
    worker_alive,
    worker_lock,
)
from core.jobs.preview import client
from core.jobs.queue import Entry, Queue
from core.store.index import RunIndex
from core.store.rescoring import Rescoring, outdated_runs
from core.store.run import open_run
from core.store.status import utc_now
from tests.conftest import fast_recipe, fixed_clock
from tests.factory import write_dataset
from tests.waiting import wait_for, worker_pid

pytestmark = pytest.mark.slow


@pytest.fixture
def executor(tmp_path):
    """An executor on a folder of its own."""
    found = LocalExecutor(tmp_path / "runs", fixed_clock)
    return found


def test_runs_are_run_cancelled_and_survive_a_killed_worker(executor, tiny):
    runs = executor.runs_dir
    first = executor.submit(fast_recipe(), tiny.root)
    long = executor.submit(fast_recipe(stages=[{"train": "bands", "epochs": 900}]), tiny.root)
    waiting = executor.submit(fast_recipe(seed=2), tiny.root)
    last = executor.submit(fast_recipe(seed=3), tiny.root)
    wait_for(lambda: first.status().state == "done")
    executor.cancel(waiting.id)  # it has not begun: at once
    assert waiting.status().state == "cancelled"
    wait_for(lambda: long.status().epoch >= 2)
    executor.cancel(long.id)  # it is under way: the worker stops it and goes on
    wait_for(lambda: long.status().state == "cancelled")
    assert len(long.history()) >= 2
    wait_for(lambda: last.status().state == "done")
    wait_for(lambda: Queue(runs).entries() == [])  # once it has measured the controls, too
    assert set(last.controls() or {}) == {"frozen", "untrained", "reasons"}

    killed = executor.submit(fast_recipe(stages=[{"train": "bands", "epochs": 900}]), tiny.root)
    after = executor.submit(fast_recipe(seed=4), tiny.root)
    wait_for(lambda: killed.status().epoch >= 1)
    os.kill(worker_pid(runs), signal.SIGKILL)
    wait_for(lambda: not worker_alive(runs))
    assert killed.status().state == "running"  # nobody has looked yet
    ensure_worker(runs)
    wait_for(lambda: after.status().state == "done")
    status = killed.status()
    assert status.state == "failed"
    assert status.error is not None and "stopped in epoch" in status.error
    assert len(killed.history()) >= 1  # every finished epoch is kept
    assert (killed.path / "checkpoint" / "state.json").is_file()

    epochs = len(killed.history())
    executor.resume(killed.id)
    wait_for(lambda: killed.status().epoch > epochs)
    executor.cancel(killed.id)
    wait_for(lambda: killed.status().state == "cancelled")


def test_a_search_waits_its_turn_is_found_again_and_survives_a_killed_worker(executor, tiny):
    runs = executor.runs_dir
    run = executor.submit(fast_recipe(), tiny.root)
    search = executor.submit_lr_search(fast_recipe(image_size=32), tiny)
    assert [entry.work_id for entry in Queue(runs).entries()][-1] == search.work_id
    assert search.status().state == "queued"
    wait_for(lambda: search.status().state == "running")
    assert run.status().state == "done"  # first in, first out
    os.kill(worker_pid(runs), signal.SIGKILL)
    wait_for(lambda: not worker_alive(runs))
    assert mark_lost_work(search, utc_now)
    assert "you can start it again" in str(search.status().error)

    again = executor.submit_lr_search(fast_recipe(image_size=32, name="another name"), tiny)
    assert again.path == search.path
    wait_for(lambda: search.status().state == "done")
    assert search.suggestion() is not None
    assert set(search.curves()["start"]) == {0, 1, 2}
    assert (
        executor.submit_lr_search(fast_recipe(image_size=32), tiny).status().state == "done"
    )  # at once
    wait_for(lambda: Queue(runs).entries() == [])
    assert [row.id for row in RunIndex(runs).rows()] == [run.id]  # a search is no run

    other = executor.submit_lr_search(fast_recipe(image_size=32, seed=9), tiny)
    assert other.path != search.path
    executor.cancel_work(other)
    wait_for(lambda: other.status().state == "cancelled")
    assert other.suggestion() is None


def test_finished_runs_are_scored_again_by_new_labels(executor, tmp_path):
    runs, dataset = executor.runs_dir, write_dataset(tmp_path / "books", labelled=False)
    run = executor.submit(fast_recipe(), dataset.root)
    wait_for(lambda: run.status().state == "done")
    wait_for(lambda: Queue(runs).entries() == [])
    weights = (run.path / "weights.safetensors").read_bytes()
    assert (run.summary() or {})["sets"]["test"]["localisation"] is None
    for photo in dataset.test_set("test").photos:
        boxes = (Box("red", 0.1, 0.1, 0.6, 0.7, 1.0),)
        save_truth(
            dataset.root, "test", photo.file, Truth(Label("red", ("red",)), boxes), fixed_clock
        )
    dataset = read_dataset(dataset.root)
    assert [row.id for row in outdated_runs(runs, RunIndex(runs).rows(), dataset)] == [run.id]

    executor.submit_rescoring([run.id])
    rescoring = Rescoring.of(runs, run.id)
    executor.submit_rescoring([run.id])  # it waits already
    assert len(Queue(runs).entries()) == 1
    wait_for(lambda: rescoring.status().ended)
    assert rescoring.status().state == "done", rescoring.log_tail()
    found = (run.summary() or {})["sets"]["test"]
    assert found["scores"]["primary"]["total"] == 3
    assert found["localisation"]["lift"] is not None
    assert (
        run.status().state == "done" and weights == (run.path / "weights.safetensors").read_bytes()
    )
    wait_for(lambda: Queue(runs).entries() == [])
    rows = RunIndex(runs).rows()
    assert outdated_runs(runs, rows, dataset) == [] and len(rows) == 1

    (run.path / "weights.safetensors").write_bytes(b"damaged")
    executor.submit_rescoring([run.id])
    wait_for(lambda: rescoring.status().ended)
    assert rescoring.status().state == "failed" and "weights" in (rescoring.status().error or "")
    assert run.status().state == "done"
    waiting = Rescoring.of(runs, run.id)
    executor.submit_rescoring([run.id])
    executor.cancel_work(waiting)
    wait_for(lambda: waiting.status().ended)
    with pytest.raises(RunError, match="no such run"):
        executor.submit_rescoring(["gone"])


@pytest.mark.cold
def test_worker_and_preview_start_without_anything_loaded(executor):
    runs = executor.runs_dir
    ensure_worker(runs)
    wait_for(lambda: worker_pid(runs))
    os.kill(worker_pid(runs), signal.SIGTERM)
    client.ensure_preview(runs)
    wait_for(lambda: client.ensure_preview(runs))
    client.stop_preview(runs)
    wait_for(lambda: not worker_alive(runs))


def test_one_worker_at_a_time(tmp_path):
    with worker_lock(tmp_path) as mine:
        assert mine
        assert worker_alive(tmp_path)
        with worker_lock(tmp_path) as other:
            assert not other
    assert not worker_alive(tmp_path)
    assert not worker_alive(tmp_path / "never")


def test_who_looks_at_the_same_time_is_not_taken_for_a_worker(tmp_path, monkeypatch):
    with worker_lock(tmp_path):
        pass  # the lock's file stays
    looks, real = [], fcntl.flock

    def slowly(file, how):
        real(file, how)
        if not looks:
            looks.append(None)
            looks.append(worker_alive(tmp_path))

    monkeypatch.setattr("fcntl.flock", slowly)
    assert not worker_alive(tmp_path)
    assert looks == [None, False]


def test_cancel_of_a_run_whose_process_is_missing(executor, tiny, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs: None)
    run = executor.submit(fast_recipe(), tiny.root)
    Queue(executor.runs_dir).claim(1)
    run.write_status(replace(run.status(), state="running", pid=2**22 + 1))
    executor.cancel(run.id)
    assert run.status().state == "cancelled"
    done = replace(run.status(), state="done")
    run.write_status(done)
    executor.cancel(run.id)  # what has ended stays as it is
    assert run.status() == done


def test_recovery_keeps_what_waits_and_drops_what_is_missing(executor, tiny, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs: None)
    runs = executor.runs_dir
    waits = executor.submit(fast_recipe(), tiny.root)
    Queue(runs).submit("gone-1")
    Queue(runs).claim(7)  # by a worker that was killed before it began
    assert recover_queue(runs, fixed_clock) == []
    assert Queue(runs).entries() == [Entry(waits.id, None)]
    assert open_run(runs, waits.id).status().state == "queued"


def test_processes_are_told_alive_from_dead():
    assert process_alive(os.getpid())
    assert not process_alive(None)
    assert not process_alive(2**22 + 1)
