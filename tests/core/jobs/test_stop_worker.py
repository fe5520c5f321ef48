"""Stopping the worker, for real: other processes, real signals."""

import os
import signal

import pytest

from core.base.errors import RunError
from core.jobs.health import read_workers
from core.jobs.local import LocalExecutor, ensure_worker, worker_alive
from core.jobs.queue import Entry, Queue
from core.jobs.stop_worker import (
    clear_stop_request,
    request_stop,
    requeue_work,
    restart_worker,
    stop_now,
    stop_requested,
)
from core.store.status import utc_now
from tests.conftest import fast_recipe, fixed_clock
from tests.factory import write_run
from tests.waiting import wait_for, worker_pid

pytestmark = pytest.mark.slow

LONG = [{"train": "head", "epochs": 900}]


@pytest.fixture
def executor(tmp_path):
    """An executor on a folder of its own."""
    found = LocalExecutor(tmp_path / "runs")
    return found


def test_a_stopped_workers_run_waits_in_its_place_and_goes_on(executor, tiny):
    runs = executor.runs_dir
    run = executor.submit(fast_recipe(stages=LONG), tiny.root)
    after = executor.submit(fast_recipe(seed=2), tiny.root)
    wait_for(lambda: run.status().epoch >= 1)
    assert [each.state for each in read_workers(runs, utc_now())] == ["working"]

    request_stop(runs)
    wait_for(lambda: not worker_alive(runs))
    status = run.status()
    assert (status.state, status.error, status.pid) == ("queued", None, None)
    assert status.epoch == len(run.history())  # it ended between two epochs
    assert Queue(runs).entries() == [Entry(run.id, None), Entry(after.id, None)]

    ensure_worker(runs)
    wait_for(lambda: run.status().epoch > status.epoch)  # on, not from the beginning
    assert not stop_requested(runs)
    assert "resumed after epoch" in run.log_tail()

    first = worker_pid(runs)
    restart_worker(runs)  # in the middle of an epoch
    assert worker_pid(runs) is not None
    wait_for(lambda: worker_pid(runs) not in (first, None))  # it may not have written its own yet
    wait_for(lambda: run.status().state == "running")

    # One that hears nothing is killed; its run can be resumed, and what waits keeps waiting.
    os.kill(worker_pid(runs), signal.SIGSTOP)
    stop_now(runs, grace_seconds=0.5)
    assert not worker_alive(runs)
    status = run.status()
    assert status.state == "failed" and status.error == run.lost_process_text(status)
    assert run.resumable()
    assert Queue(runs).entries() == [Entry(after.id, None)]


def test_what_ended_or_was_to_be_cancelled_leaves_the_queue(tmp_path, tiny):
    done = write_run(tmp_path, tiny, state="done")
    cancelled = write_run(tmp_path, tiny, state="cancelled", minutes=1)
    cancelled.request_cancel()
    interrupted = write_run(tmp_path, tiny, state="cancelled", minutes=2)
    begins = write_run(tmp_path, tiny, state="queued", minutes=3)
    queue = Queue(tmp_path)
    entries = [done.id, cancelled.id, interrupted.id, begins.id, "gone"]
    for entry in entries:
        queue.submit(entry)
        queue.claim(os.getpid())
    for entry in entries:
        requeue_work(tmp_path, entry)
    assert queue.entries() == [Entry(interrupted.id, None), Entry(begins.id, None)]
    assert done.status().state == "done"
    assert cancelled.status().state == "cancelled"


def test_without_a_worker_there_is_nothing_to_end(tmp_path):
    stop_now(tmp_path, fixed_clock)
    request_stop(tmp_path)
    assert stop_requested(tmp_path)
    clear_stop_request(tmp_path)
    assert not stop_requested(tmp_path)
    with pytest.raises(RunError, match=r"worker\.stop: cannot be written"):
        request_stop(tmp_path / "no folder")


def test_a_worker_that_stood_in_line_is_ended_too(tmp_path, monkeypatch):
    """Two were started at once; the second serves as soon as the first has gone."""
    serving, sent = iter([[11], [11], [12], [12], []]), []
    monkeypatch.setattr("core.jobs.stop_worker.worker_pids", lambda runs: next(serving))
    monkeypatch.setattr(os, "kill", lambda pid, number: sent.append((pid, number)))
    stop_now(tmp_path)
    assert sent == [(11, signal.SIGINT), (12, signal.SIGINT)]
