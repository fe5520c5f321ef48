"""Several workers on one folder: places, claims, shares, and what a killed one leaves."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.base import cpu
from core.base.errors import InputError
from core.jobs import resources, worker_settings
from core.jobs.health import read_workers
from core.jobs.local import LocalExecutor, recover_queue, worker_lock
from core.jobs.queue import Entry, Queue
from core.jobs.queue_forecast import forecast_queue
from core.jobs.resources import Capacity
from core.jobs.worker_settings import (
    WorkerSettings,
    bearable_workers,
    read_worker_settings,
    take_share,
    write_worker_count,
)
from core.store.status import utc_now
from tests.conftest import fast_recipe, fixed_clock
from tests.core.jobs.test_health import HOLD
from tests.factory import write_run
from tests.waiting import kill_worker, wait_for


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(cpu, "gpu_ids", lambda: ())


@pytest.fixture
def two_workers(tmp_path, no_gpu):
    write_worker_count(tmp_path, 2)
    return tmp_path


def test_the_environment_has_the_last_word(tmp_path, monkeypatch, no_gpu):
    assert read_worker_settings(tmp_path) == WorkerSettings()
    write_worker_count(tmp_path, 3)
    assert read_worker_settings(tmp_path).places() == 3
    monkeypatch.setenv("OVERFIT_LENS_WORKERS", "4")
    assert read_worker_settings(tmp_path).places() == 4
    with pytest.raises(InputError, match="the number of workers is set by OVERFIT_LENS_WORKERS"):
        write_worker_count(tmp_path, 2)
    monkeypatch.setenv("OVERFIT_LENS_WORKERS", "many")
    with pytest.raises(InputError, match="OVERFIT_LENS_WORKERS=many: "):
        read_worker_settings(tmp_path)
    monkeypatch.delenv("OVERFIT_LENS_WORKERS")
    (tmp_path / "workers.json").write_text("{")
    with pytest.raises(InputError, match=r"workers\.json"):
        read_worker_settings(tmp_path)


def test_a_worker_has_its_share_of_the_cores_and_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setattr(cpu, "machine_cores", lambda: 8)
    monkeypatch.setattr(cpu, "gpu_ids", lambda: ("4", "7"))
    monkeypatch.setattr(worker_settings, "threadpool_limits", lambda *_, **__: None)
    for name in (cpu.SHARE_VARIABLE, "OPENBLAS_NUM_THREADS", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "")  # so that they are as before in the end
    settings = WorkerSettings(workers=3)
    assert settings.places() == 2  # one run a GPU
    take_share(settings, 2)
    assert os.environ[cpu.SHARE_VARIABLE] == "4"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "7"


def test_what_a_machine_bears_is_bound_by_cores_and_memory(monkeypatch, no_gpu):
    monkeypatch.setattr(cpu, "machine_cores", lambda: 16)
    for total, most in ((64, 8), (6, 3), (1, 1)):
        room = Capacity(0, total * 10**9)
        monkeypatch.setattr(resources, "memory", lambda room=room: room)
        assert bearable_workers() == most


def test_each_worker_has_a_place_and_no_more_than_there_are(two_workers):
    with worker_lock(two_workers) as first, worker_lock(two_workers) as second:
        assert (first, second) == (1, 2)
        with worker_lock(two_workers) as third:
            assert third == 0
    with worker_lock(two_workers) as again:
        assert again == 1


def test_of_workers_that_ask_at_once_each_gets_another(tmp_path):
    queue = Queue(tmp_path)
    names = [f"run-{n:02d}" for n in range(24)]
    for name in names:
        queue.submit(name)
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(queue.claim, range(1, 25)))
    assert sorted(map(str, claimed)) == names
    assert queue.claim(99) is None


def test_runs_and_other_work_are_claimed_apart(tmp_path):
    queue = Queue(tmp_path)
    others = [".lr_find/a", ".visitors/0/.rescore/b"]
    for name in (*others, "run", ".visitors/0/run"):
        queue.submit(name)
    assert [queue.claim(1, "runs") for _ in range(3)] == ["run", ".visitors/0/run", None]
    assert [queue.claim(1, "others") for _ in range(3)] == [*others, None]


def test_a_claim_stops_at_the_first_that_waits(tmp_path):
    """However many there are: counted in steps of SQLite."""
    steps = []
    for waiting in (10, 10_000):
        queue = Queue(tmp_path / str(waiting))
        with queue._transaction() as db:
            rows = [(f"run-{number}",) for number in range(waiting)]
            db.executemany("INSERT INTO queue (run) VALUES (?)", rows)
        connect, counted = sqlite3.connect, []

        def count_steps(*args, connect=connect, counted=counted, **options):
            db = connect(*args, **options)
            db.set_progress_handler(lambda: counted.append(1), 1)
            return db

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sqlite3, "connect", count_steps)
            assert queue.claim(1) == "run-0"
        steps.append(len(counted))
    assert steps[1] < 1.5 * steps[0]


def test_what_a_living_worker_carries_out_is_left_to_it(two_workers, tiny):
    mine, lost = (write_run(two_workers, tiny, state="queued", minutes=m) for m in range(2))
    for run in (mine, lost):
        Queue(two_workers).submit(run.id)
    command = [sys.executable, "-c", HOLD, str(two_workers / "worker-2.lock"), "sleep"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        Queue(two_workers).claim(other.pid)
        Queue(two_workers).claim(2**22 + 1)  # of one that was killed
        assert recover_queue(two_workers, fixed_clock) == []
        assert Queue(two_workers).entries() == [Entry(mine.id, other.pid), Entry(lost.id, None)]
        assert [(each.pid, each.entry) for each in read_workers(two_workers, utc_now())] == [
            (other.pid, mine.id)
        ]
        other.kill()


def test_two_workers_take_two_at_a_time(two_workers, tiny):
    runs = [write_run(two_workers, tiny, state="queued", minutes=m) for m in range(3)]
    for run in runs:
        Queue(two_workers).submit(run.id)
    turns = forecast_queue(two_workers, utc_now())
    one = turns[0].ends_in
    assert one is not None
    assert [turn.starts_in for turn in turns] == [0, 0, one]
    assert turns[2].ends_in == pytest.approx(2 * one)


@pytest.mark.slow
def test_workers_train_side_by_side_with_the_bits_of_one(tmp_path, tiny, no_gpu):
    executor = LocalExecutor(tmp_path)
    write_worker_count(tmp_path, 2)
    long = [executor.submit(fast_recipe(stages=[{"train": "head", "epochs": 900}]), tiny.root)]
    long.append(executor.submit(fast_recipe(seed=1), tiny.root))
    wait_for(lambda: long[1].status().state == "done" and long[0].status().epoch >= 1)
    workers = read_workers(tmp_path, utc_now())
    assert len(workers) == 2 and long[0].id in {each.entry for each in workers}
    threads = long[1].environment()["machine"]["threads"]
    assert threads == read_worker_settings(tmp_path).share()
    kill_worker(tmp_path)

    # Alone, with the same number of threads: the same bits.
    alone = tmp_path / "alone"
    alone.mkdir()
    write_worker_count(alone, 2)
    again = LocalExecutor(alone).submit(fast_recipe(seed=1), tiny.root)
    wait_for(lambda: again.status().state == "done")
    kill_worker(alone)
    for name in ("weights.safetensors", "predictions.csv", "cams.npz"):
        assert (again.path / name).read_bytes() == (long[1].path / name).read_bytes(), name
