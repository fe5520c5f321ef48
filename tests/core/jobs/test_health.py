import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from core.jobs import resources
from core.jobs.health import find_problems, read_workers
from core.jobs.local import worker_lock
from core.jobs.queue import Queue
from core.jobs.queue_forecast import forecast_queue
from core.jobs.resources import Capacity
from core.jobs.stop_worker import request_stop
from core.store.index import RunIndex
from core.store.status import utc_now
from tests.factory import write_run
from tests.waiting import wait_for

HOLD = """
import fcntl, os, sys, time
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_EX)
file.truncate(0); file.write(str(os.getpid())); file.flush()
print("held", flush=True)
while True:
    time.sleep(100) if sys.argv[2] == "sleep" else None
"""


@contextmanager
def worker_process(runs, behaviour="sleep"):
    """A process that holds the worker's lock, and sleeps or computes."""
    command = [sys.executable, "-c", HOLD, str(runs / "worker.lock"), behaviour]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
    finally:
        process.kill()
        process.communicate()


def worker_status(runs, now):
    """Of the first worker, or that there is none."""
    return next(iter(read_workers(runs, now)), SimpleNamespace(state="off"))


def kinds(runs, now, rows=()):
    return [trouble.kind for trouble in find_problems(runs, now, rows)]


def set_heartbeat(run, now, minutes, **changes):
    """The run's last sign of life was so many minutes before now."""
    then = (now - timedelta(minutes=minutes)).isoformat()
    run.write_status(replace(run.status(), heartbeat=then, **changes))


def queued_at(run):
    """When the run was queued."""
    return datetime.fromtimestamp((run.path / "status.json").stat().st_mtime, UTC)


def wait_until_silent(runs, now):
    """A process that sleeps may have done its last step before that a moment ago."""
    wait_for(lambda: worker_status(runs, now).state == "silent")


@pytest.fixture(autouse=True)
def enough_resources(monkeypatch):
    """A machine with room, whatever this one has."""
    monkeypatch.setattr(resources, "memory", lambda: Capacity(8 * 10**9, 16 * 10**9))
    monkeypatch.setattr(resources, "disk", lambda folder: Capacity(80 * 10**9, 100 * 10**9))


def test_no_worker_is_trouble_only_while_something_waits(tmp_path, tiny):
    assert kinds(tmp_path, utc_now()) == []
    assert worker_status(tmp_path, utc_now()).state == "off"
    run = write_run(tmp_path, tiny, state="queued")
    Queue(tmp_path).submit(run.id)
    assert kinds(tmp_path, queued_at(run)) == []  # launched this instant: the worker is coming up
    found = find_problems(tmp_path, queued_at(run) + timedelta(minutes=1))
    assert [t.kind for t in found] == ["no_worker"]
    assert found[0].words == "1 run is waiting, but no worker is running."
    assert found[0].runs == (run.id,)


def test_a_run_that_was_lost_with_its_worker_does_not_wait(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="failed")
    Queue(tmp_path).submit(run.id)
    Queue(tmp_path).claim(2**22 + 1)
    later = queued_at(run) + timedelta(minutes=1)
    assert kinds(tmp_path, later) == []
    assert forecast_queue(tmp_path, later) == []


def test_a_worker_is_idle_works_leaves_and_hangs(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="running")
    before = utc_now() - timedelta(seconds=1)  # a file's time lags behind
    with worker_process(tmp_path) as pid:
        now = utc_now()
        worker = worker_status(tmp_path, now)
        assert (worker.state, worker.pid, worker.entry) == ("idle", pid, None)
        assert worker.since is not None and before <= worker.since <= now
        Queue(tmp_path).submit(run.id)
        Queue(tmp_path).claim(pid)
        set_heartbeat(run, now, 1, pid=pid)
        worker = worker_status(tmp_path, now)
        assert (worker.state, worker.entry) == ("working", run.id)
        request_stop(tmp_path)
        assert worker_status(tmp_path, now).state == "leaving"
        set_heartbeat(run, now, 7)
        wait_until_silent(tmp_path, now)
        found = find_problems(tmp_path, now)
        assert [t.kind for t in found] == ["silent"]
        assert "has not responded for 7 min" in found[0].words
        assert found[0].runs == (run.id,)


def test_a_long_step_that_computes_is_no_hanging(tmp_path, tiny):
    """Nor where the machine is so busy that it gets no processor time."""
    run = write_run(tmp_path, tiny, state="running")
    Queue(tmp_path).submit(run.id)
    now = utc_now()
    set_heartbeat(run, now, 30)
    with worker_process(tmp_path, "compute") as pid:
        Queue(tmp_path).claim(pid)
        assert worker_status(tmp_path, now).state == "working"


def test_a_worker_that_takes_nothing_hangs(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="queued")
    Queue(tmp_path).submit(run.id)
    with worker_process(tmp_path):
        now = utc_now()
        assert worker_status(tmp_path, now - timedelta(minutes=1)).state == "idle"
        wait_until_silent(tmp_path, now + timedelta(minutes=10))


def test_a_worker_can_take_nothing_before_it_has_started_and_the_run_is_there(
    tmp_path, tiny, monkeypatch
):
    monkeypatch.setattr(resources, "uses_cpu", lambda pid: False)
    run = write_run(tmp_path, tiny, state="queued")
    Queue(tmp_path).submit(run.id)
    queued_file = run.path / "status.json"

    def state(started, queued):
        """Of the worker, after so many minutes."""
        now = utc_now()
        for path, minutes in ((tmp_path / "worker.lock", started), (queued_file, queued)):
            then = (now - timedelta(minutes=minutes)).timestamp()
            os.utime(path, (then, then))
        return worker_status(tmp_path, now).state

    with worker_lock(tmp_path):
        assert state(started=60, queued=1) == "idle"
        assert state(started=1, queued=60) == "idle"
        assert state(started=60, queued=60) == "silent"


def test_where_the_system_does_not_tell_only_a_long_silence_is_hanging(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr(resources, "uses_cpu", lambda pid: None)
    run = write_run(tmp_path, tiny, state="running")
    Queue(tmp_path).submit(run.id)
    Queue(tmp_path).claim(os.getpid())
    now = utc_now()
    with worker_lock(tmp_path):
        set_heartbeat(run, now, 30)
        assert worker_status(tmp_path, now).state == "working"
        set_heartbeat(run, now, 70)
        assert worker_status(tmp_path, now).state == "silent"


def test_a_full_disk_and_short_memory_are_told_with_what_helps(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "memory", lambda: Capacity(10**8, 10**9))
    monkeypatch.setattr(resources, "disk", lambda folder: Capacity(10**9, 10**11))
    disk, memory = find_problems(tmp_path, utc_now())
    assert disk.words == "The disk of the runs folder is nearly full: 1.0 GB free."
    assert "Empty the feature cache" in disk.advice
    assert memory.words == "Memory is low: 0.1 GB free."
    monkeypatch.setattr(resources, "memory", lambda: None)  # a system that does not tell
    monkeypatch.setattr(resources, "disk", lambda folder: None)
    assert find_problems(tmp_path, utc_now()) == []


def test_runs_that_were_lost_lately_and_that_nobody_queues_are_found(tmp_path, tiny):
    stray = write_run(tmp_path, tiny, state="queued")
    lost = write_run(tmp_path, tiny, state="running", minutes=1)
    old = write_run(tmp_path, tiny, state="running", minutes=2)
    write_run(tmp_path, tiny, state="failed", minutes=3)  # of another cause
    for run, hours in ((lost, 1), (old, 30)):
        status = run.status()
        ended = (utc_now() - timedelta(hours=hours)).isoformat()
        error = run.lost_process_text(status)
        run.write_status(replace(status, state="failed", error=error, finished=ended))
    found = find_problems(tmp_path, utc_now(), RunIndex(tmp_path).rows())
    assert [(t.kind, t.runs) for t in found] == [("stray", (stray.id,)), ("lost", (lost.id,))]
    assert [t.pressing for t in found] == [True, False]


def test_a_folder_that_is_not_there_yet_is_no_trouble(tmp_path):
    assert find_problems(tmp_path / "never", utc_now()) == []
    assert not (tmp_path / "never").exists()
    assert worker_status(tmp_path / "never", utc_now()).state == "off"


def test_the_dashboards_questions_load_no_torch():
    code = (
        "import sys, core.jobs.health, core.jobs.queue_forecast, core.jobs.stop_worker, "
        "core.views.cam_strip, core.views.run_ending, "
        "core.views.run_ending; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
