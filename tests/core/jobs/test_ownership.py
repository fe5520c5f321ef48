"""A run changes hands: of two that want it one gets it, and none speaks for another."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from core.base import files
from core.base.errors import RunError
from core.jobs.local import (
    LocalExecutor,
    mark_cancelled,
    mark_lost,
    mark_lost_runs,
    recover_queue,
    running_work_id,
)
from core.jobs.queue import Entry, Queue
from core.jobs.tasks.attempt import run_lifecycle
from core.store.rescoring import Rescoring
from core.store.run import OWNER_LOCK
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
    with pytest.raises(RunError, match=f"is {state}; only queued"), run_lifecycle(run, utc_now):
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
    queue, entry = Queue(executor.runs_dir), Rescoring.of(executor.runs_dir, run.id).work_id
    for _ in range(2):
        executor.submit_rescoring([run.id])
        assert queue.entries() == [Entry(entry, None)]
        queue.remove(entry)


def test_a_run_that_was_resumed_meanwhile_is_not_deleted(executor, tiny, monkeypatch):
    run = write_run(executor.runs_dir, tiny, state="failed")
    monkeypatch.setattr("core.store.trash.deletable_runs", lambda runs_dir, ids: [run])
    executor.resume(run.id)
    with pytest.raises(RunError, match="is queued; cancel it first"):
        delete_runs(executor.runs_dir, [run.id], utc_now)
    assert deleted_runs(executor.runs_dir) == []


# --- the run's lock -------------------------------------------------------------------------------


def sleepy(run, hours=9.0, **changes):
    """The run as it looks when its machine has slept: its last sign of life is hours old."""
    then = (utc_now() - timedelta(hours=hours)).isoformat(timespec="seconds")
    run.write_status(replace(run.status(), state="running", heartbeat=then, **changes))


@pytest.mark.parametrize("hours", [2, 24 * 400, -24 * 400])  # a clock may jump either way
def test_a_run_whose_process_lives_is_not_lost_however_long_the_machine_slept(
    executor, tiny, hours
):
    run = write_run(executor.runs_dir, tiny, state="queued")
    Queue(executor.runs_dir).submit(run.id)
    Queue(executor.runs_dir).claim(os.getpid())
    with run_lifecycle(run, utc_now):
        # Its process id looks dead, too: it may be another machine's, or another container's.
        sleepy(run, hours, pid=2**22 + 1)
        before = run.status()
        assert not mark_lost_runs(executor.runs_dir, [run.id], utc_now)
        assert not mark_lost(run, utc_now, process_dead=True)
        assert recover_queue(executor.runs_dir, utc_now) == []
        assert running_work_id(executor.runs_dir) == run.id
        executor.cancel(run.id)
        assert run.status() == before  # it is asked to stop, and says itself how it ended
    assert mark_lost_runs(executor.runs_dir, [run.id], utc_now)
    assert run.status().state == "failed"


def test_a_dead_process_leaves_a_lost_run_though_another_has_its_id(tmp_path, tiny):
    """Container after container, a worker has the same id; and a heartbeat may be new."""
    run = write_run(tmp_path, tiny, state="queued")
    code = (
        "import pathlib, sys, time; from core.jobs.tasks.attempt import run_lifecycle;"
        "from core.store.run import Run; from core.store.status import utc_now\n"
        "with run_lifecycle(Run(pathlib.Path(sys.argv[1])), utc_now):\n"
        "    print('begun', flush=True); time.sleep(1000)"
    )
    command = [sys.executable, "-c", code, str(run.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        assert run.status().pid == process.pid and not mark_lost(run, utc_now)
        os.kill(process.pid, signal.SIGSTOP)  # as a machine that sleeps
        sleepy(run)
        assert not mark_lost(run, utc_now)
        process.kill()
    run.write_status(replace(run.status(), pid=os.getpid(), heartbeat=utc_now().isoformat()))
    assert mark_lost(run, utc_now)
    assert run.status().error == run.lost_process_text(run.status())


def test_two_processes_never_train_one_run(executor, tiny, monkeypatch):
    """Whatever is written over its status: a page of an older version, or a person, may do so."""
    run = write_run(executor.runs_dir, tiny, state="queued")
    monkeypatch.setattr(files, "LOCK_TRIES", 1)
    with run_lifecycle(run, utc_now):
        for state in ("failed", "cancelled", "paused"):
            run.write_status(replace(run.status(), state=state))
            with pytest.raises(RunError, match=f"process {os.getpid()} is still running it"):
                executor.resume(run.id)
        assert Queue(executor.runs_dir).entries() == []
        run.write_status(replace(run.status(), state="queued"))
        with (
            pytest.raises(RunError, match="another process is already running it"),
            run_lifecycle(run, utc_now),
        ):
            raise AssertionError("two train it")
        run.write_status(replace(run.status(), state="failed"))
    executor.resume(run.id)
    assert run.status().state == "queued"


def test_who_sees_that_a_run_ended_can_resume_it_at_once(executor, tiny):
    run = write_run(executor.runs_dir, tiny, state="queued")
    for _ in range(20):
        with suppress(ValueError), run_lifecycle(run, utc_now):
            raise ValueError
        executor.resume(run.id)
    assert not (run.path / OWNER_LOCK).exists()


def test_a_run_from_before_there_were_locks_goes_by_its_process(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="running")
    sleepy(run, pid=os.getpid())
    assert not (run.path / OWNER_LOCK).exists() and not mark_lost(run, utc_now)
    sleepy(run, pid=2**22 + 1)
    assert mark_lost(run, utc_now)
