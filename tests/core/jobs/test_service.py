"""A server that starts, runs and ends with nobody looking."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from core.base import files
from core.jobs import local, service, worker
from core.jobs.health import find_problems
from core.jobs.local import LocalExecutor, recover_queue, worker_alive
from core.jobs.queue import Entry, Queue
from core.jobs.service import maintain_runs
from core.jobs.stop_worker import stop_requested
from core.store.leftovers import IMPORT_LOCK, IMPORT_STAGE
from core.store.run import find_runs
from core.store.status import utc_now
from core.store.visitors import new_key, visitor_dir
from tests.conftest import fast_recipe
from tests.factory import write_run
from tests.waiting import wait_for

LONG = [{"train": "head", "epochs": 900}]
# As a server under uvicorn: it has a handler for SIGTERM, and ends soon after.
SERVER = """
import signal, sys, time
from pathlib import Path
from core.jobs.service import maintain_runs
over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(1))
with maintain_runs(Path(sys.argv[1])):
    print("serves", flush=True)
    while not over:
        time.sleep(0.05)
"""


@pytest.fixture
def started(monkeypatch):
    """The folders for which a worker was asked for, instead of one."""
    found = []
    monkeypatch.setattr(local, "ensure_worker", lambda runs, wait_seconds=0: found.append(runs))
    return found


@pytest.fixture(autouse=True)
def datasets(tmp_path_factory, monkeypatch):
    """A folder of data sets of one's own."""
    folder = tmp_path_factory.mktemp("datasets")
    monkeypatch.setenv("OVERFIT_LENS_DATA", str(folder))
    return folder


def test_a_full_queue_goes_on_when_a_server_starts(tmp_path, tiny, started):
    runs = [write_run(tmp_path, tiny, state="queued", minutes=m) for m in range(12)]
    for run in runs:
        Queue(tmp_path).submit(run.id)
    Queue(tmp_path).claim(2**22 + 1)  # by a worker that was killed with the server
    with maintain_runs(tmp_path):
        wait_for(lambda: started)
    assert started == [tmp_path]
    later = utc_now() + timedelta(minutes=1)
    told = find_problems(tmp_path, later)  # until then, and where it cannot start, pages say so
    assert (told[0].kind, len(told[0].runs)) == ("no_worker", 12)


@pytest.mark.parametrize(("training", "asked"), [("on", True), ("off", False)])
def test_a_demos_queue_goes_on_too_if_anybody_trains(
    tmp_path, tiny, started, monkeypatch, training, asked
):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    monkeypatch.setenv("OVERFIT_LENS_TRAINING", training)
    monkeypatch.setattr(service, "INTERVAL_SECONDS", 0.01)
    if training == "off":  # as the real one
        refuse = local.demo_mode.check_allowed
        monkeypatch.setattr(local, "ensure_worker", lambda runs: refuse("worker"))
    mine = visitor_dir(tmp_path, new_key())
    run = write_run(mine, tiny, state="queued")
    Queue(tmp_path).submit(f".visitors/{mine.name}/{run.id}")
    swept = []
    monkeypatch.setattr(
        "core.jobs.visitor_sweep.delete_expired_visitor_runs", lambda *_: swept.append(1)
    )
    with maintain_runs(tmp_path):
        wait_for(lambda: len(swept) > 2)
    assert bool(started) == asked


def test_an_empty_queue_starts_nothing_and_nothing_outlives_the_server(tmp_path, started):
    before = threading.active_count()
    with maintain_runs(tmp_path / "never"):
        pass
    wait_for(lambda: threading.active_count() == before)
    assert started == [] and not (tmp_path / "never").exists()


def test_a_worker_that_somebody_stopped_stays_away(tmp_path, tiny, started, monkeypatch):
    """Where this is no demo: only a server's start starts one."""
    monkeypatch.setattr(service, "INTERVAL_SECONDS", 0.01)
    looks = []
    monkeypatch.setattr("core.store.leftovers.delete_unfinished_files", lambda *_: looks.append(1))
    with maintain_runs(tmp_path):
        wait_for(lambda: len(looks) > 2)
        run = write_run(tmp_path, tiny, state="queued")
        Queue(tmp_path).submit(run.id)
        seen = len(looks)
        wait_for(lambda: len(looks) > seen + 2)
    assert started == []


def test_visitors_runs_go_though_nobody_comes(tmp_path, tiny, started, monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    old = write_run(visitor_dir(tmp_path, new_key()), tiny)  # the factory's runs are months old
    with maintain_runs(tmp_path):
        wait_for(lambda: not old.path.exists())


def test_what_a_killed_process_left_goes_and_what_a_living_one_fills_stays(
    tmp_path, datasets, started, tiny
):
    """However long it has been at it: the machine may have slept meanwhile."""
    code = (
        "import sys; from pathlib import Path; from core.base import files; held = []\n"
        "for name in sys.argv[1:]:\n"
        "    held.append(files.staging(Path(name))); held[-1].__enter__()\n"
        "    (Path(name) / 'half.jpg').touch()\n"
        "print('at it', flush=True); sys.stdin.read()"
    )
    names = [
        datasets / ".import-books-12345678",
        datasets / ".upload-12345678",
        datasets / "books" / ".adding-12345678",
        tmp_path / ".20260101-000000-quick-s0-12345678.12345678.tmp",
        tmp_path / "run" / ".results.12345678.tmp",
    ]
    command = [sys.executable, "-c", code, *map(str, names)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "at it\n"
        file = tmp_path / ".status.json.12345678.tmp"
        file.touch()
        (tmp_path / IMPORT_STAGE).mkdir()
        for path in (*names, file):
            os.utime(path, (1, 1))
        with files.hold_lock(tmp_path / IMPORT_LOCK), maintain_runs(tmp_path):
            wait_for(lambda: not file.exists())  # nobody holds it
        assert all(path.exists() for path in (*names, tmp_path / IMPORT_STAGE))
        process.kill()
    with maintain_runs(tmp_path):
        wait_for(lambda: not any(path.exists() for path in (*names, tmp_path / IMPORT_STAGE)))
    assert (datasets / "books").is_dir()


# --- the end --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_that_is_ended_lets_its_worker_end_the_epoch(tmp_path, tiny):
    """As `docker stop`, which tells the server alone and ends everything with it."""
    executor = LocalExecutor(tmp_path)
    run = executor.submit(fast_recipe(stages=LONG), tiny.root)
    wait_for(lambda: run.status().epoch >= 1)
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdout.readline() == "serves\n"
        server.terminate()
        server.terminate()  # systemd tells both, and the server passes it on
        server.wait()
    wait_for(lambda: not worker_alive(tmp_path))
    status = run.status()
    assert (status.state, status.epoch) == ("queued", len(run.history()))
    assert stop_requested(tmp_path)
    assert Queue(tmp_path).entries() == [Entry(run.id, None)]
    assert "waits again after epoch" in (tmp_path / "worker.log").read_text("utf-8")
    with maintain_runs(tmp_path):  # the next server
        wait_for(lambda: run.status().epoch > status.epoch)
    assert "resumed after epoch" in run.log_tail()


def test_an_epoch_that_takes_too_long_is_interrupted(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "TERM_SECONDS", 0.5)
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)  # of pytest-timeout
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        worker._leave_soon(tmp_path)
        worker._leave_soon(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left)


# --- too little memory ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [MemoryError(), ImportError("cannot map"), OSError("no room"), RuntimeError("no thread")],
)
def test_a_worker_that_cannot_load_torch_ends_the_run_with_one_line(
    tmp_path, tiny, monkeypatch, capsys, error
):
    run = write_run(tmp_path, tiny, state="queued")

    def fail(name):
        raise error

    monkeypatch.delitem(sys.modules, worker._TRAINING, raising=False)
    monkeypatch.setattr("core.jobs.worker.importlib.import_module", fail)
    worker.run_work(tmp_path, run.id, utc_now)
    status = run.status()
    assert status.state == "failed" and "more memory (training takes 2 GB)" in str(status.error)
    assert type(error).__name__ in str(status.error)
    assert "Traceback" not in capsys.readouterr().out


def test_a_worker_that_is_killed_while_it_loads_torch_does_not_do_so_for_ever(tmp_path, tiny):
    """The system kills a process that takes more memory than its container has."""
    first, second = (write_run(tmp_path, tiny, state="queued", minutes=m) for m in range(2))
    for run in (first, second):
        Queue(tmp_path).submit(run.id)

    def load_and_die() -> None:
        with local.loading_torch(first, utc_now):
            Queue(tmp_path).claim(os.getpid())
            os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=load_and_die)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert recover_queue(tmp_path, utc_now) == [first.id]
    assert first.status().state == "failed" and "(killed)" in str(first.status().error)
    assert Queue(tmp_path).entries() == [Entry(second.id, None)]
    assert [run.status().state for run in find_runs(tmp_path)] == ["queued", "failed"]
    first.requeue()
    assert first.resumable() is False


def test_who_is_told_to_leave_while_it_loads_torch_leaves_the_run_waiting(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="queued")
    Queue(tmp_path).submit(run.id)
    Queue(tmp_path).claim(os.getpid())
    with pytest.raises(KeyboardInterrupt), local.loading_torch(run, utc_now):
        raise KeyboardInterrupt
    worker.requeue_work(tmp_path, run.id)
    assert recover_queue(tmp_path, utc_now) == []
    assert run.status().state == "queued" and len(Queue(tmp_path).entries()) == 1
