"""A run changes hands: of two that want it one gets it, and none speaks for another."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.base.errors import RunError
from core.jobs.local import LocalExecutor, mark_cancelled, mark_lost, recover_queue
from core.jobs.queue import Entry, Queue
from core.jobs.tasks.attempt import run_lifecycle
from core.store.rescoring import find_rescoring
from core.store.status import utc_now
from core.store.trash import delete_runs, deleted_runs
from tests.factory import write_run


@pytest.fixture
def executor(tmp_path, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs: None)
    return LocalExecutor(tmp_path)


@pytest.mark.parametrize("state", ["running", "done", "failed", "cancelled"])
def test_only_what_waits_is_run(tmp_path, tiny, state):
    run = write_run(tmp_path, tiny, state=state)
    before = run.status()
    with pytest.raises(RunError, match=f"is {state}; only what waits"), run_lifecycle(run, utc_now):
        raise AssertionError("it was carried out")
    assert run.status() == before


def test_of_many_one_runs_it(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="queued")

    def carry_out(_):
        try:
            with run_lifecycle(run, utc_now):
                return "mine"
        except RunError:
            return "another's"

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(carry_out, range(8))) == ["another's"] * 7 + ["mine"]


def test_what_was_queued_anew_meanwhile_stays_in_the_queue(executor, tiny):
    run = write_run(executor.runs_dir, tiny, state="failed")
    queue = Queue(executor.runs_dir)
    queue.submit(run.id)
    queue.claim(7)
    executor.resume(run.id)  # before the worker that carried it out has taken it out
    queue.finish(run.id, 7)
    queue.release(run.id, 7)
    assert queue.entries() == [Entry(run.id, None)]


def test_a_run_that_ended_well_is_neither_lost_nor_cancelled(tmp_path, tiny, monkeypatch):
    """Also where it ended between the look and the word."""
    run = write_run(tmp_path, tiny, state="running")
    done = replace(run.status(), state="done")
    running = replace(run.status(), pid=2**22 + 1)
    looks = iter([running])
    monkeypatch.setattr(type(run), "status", lambda self: next(looks, done))
    written = []
    monkeypatch.setattr(type(run), "write_status", lambda self, status: written.append(status))
    assert not mark_lost(run, utc_now)
    mark_cancelled(run, utc_now)
    assert written == []


def test_a_run_that_another_process_runs_is_not_recovered(tmp_path, tiny):
    """Its entry was claimed by a worker that is gone; somebody went on with it by hand."""
    run = write_run(tmp_path, tiny, state="running")
    now = utc_now().isoformat(timespec="seconds")
    run.write_status(replace(run.status(), pid=os.getpid(), heartbeat=now))
    Queue(tmp_path).submit(run.id)
    Queue(tmp_path).claim(2**22 + 1)
    assert recover_queue(tmp_path, utc_now) == []
    assert run.status().state == "running"


def test_what_was_asked_but_never_queued_is_asked_again(executor, tiny):
    """Whoever asked was killed in between."""
    run = write_run(executor.runs_dir, tiny)
    (run.path / "weights.safetensors").touch()
    queue, entry = Queue(executor.runs_dir), find_rescoring(executor.runs_dir, run.id).work_id
    for _ in range(2):
        executor.submit_rescoring([run.id])
        assert queue.entries() == [Entry(entry, None)]
        queue.remove(entry)


def test_a_run_that_was_resumed_meanwhile_is_not_deleted(executor, tiny, monkeypatch):
    run = write_run(executor.runs_dir, tiny, state="failed")
    monkeypatch.setattr("core.store.trash.deletable_runs", lambda runs_dir, ids: [run])
    executor.resume(run.id)
    with pytest.raises(RunError, match="waits to train"):
        delete_runs(executor.runs_dir, [run.id], utc_now)
    assert deleted_runs(executor.runs_dir) == []
