"""`status`, `cache`, `worker --stop`."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from core.__main__ import main
from core.cli import worker
from core.jobs.queue import Queue
from core.jobs.stop_worker import stop_requested
from core.store.feature_folder import CACHE_FOLDER
from core.store.status import utc_now
from tests.core.jobs.test_health import set_heartbeat, worker_process
from tests.factory import write_run

pytestmark = pytest.mark.slow


@pytest.fixture
def call(capsys, tmp_path):
    def call_(*arguments):
        status = main([*map(str, arguments), "--runs", str(tmp_path)])
        out, err = capsys.readouterr()
        return status, out, err

    return call_


def test_status_tells_worker_queue_machine_and_what_is_wrong(call, tmp_path, tiny):
    assert call("status")[1].startswith("worker: off\n")
    run = write_run(tmp_path, tiny, state="queued")
    Queue(tmp_path).submit(run.id)
    os.utime(run.path / "status.json", (0, 0))
    status, out, _ = call("status")
    assert status == 0
    assert f"  {run.id}  waiting, done in about " in out
    assert "disk: " in out and "feature cache: 0 MB" in out
    assert "wrong: 1 run is waiting, but no worker is running. Start the worker." in out
    data = json.loads(call("status", "--json")[1])
    assert data["workers"] == []
    assert [turn["entry"] for turn in data["queue"]] == [run.id]
    assert data["trouble"][0]["kind"] == "no_worker"
    assert set(data["machine"]) == {"cores", "load", "memory", "disk", "workers", "bearable"}


def test_a_worker_is_asked_to_end_and_ended(call, tmp_path, tiny):
    assert "no worker serves" in call("worker", "--stop")[1]
    assert call("worker", "--now")[0] == 2
    run = write_run(tmp_path, tiny, state="running")
    Queue(tmp_path).submit(run.id)
    with worker_process(tmp_path) as pid:
        Queue(tmp_path).claim(pid)
        set_heartbeat(run, utc_now(), 0, pid=pid)
        assert call("worker", "--stop")[1] == "the worker ends after the epoch under way\n"
        assert stop_requested(tmp_path)
        assert "worker: leaving" in call("status")[1]
        assert call("worker", "--stop", "--now")[1] == "the worker has ended\n"
    assert run.status().state == "failed"


def test_the_cache_is_told_and_emptied_but_not_under_a_run(call, tmp_path, tiny):
    (tmp_path / CACHE_FOLDER).mkdir()
    (tmp_path / CACHE_FOLDER / "a.safetensors").write_bytes(b"x" * 2_000_000)
    assert call("cache")[1] == "2 MB of at most 4 GB\n"
    run = write_run(tmp_path, tiny, state="running")
    run.write_status(replace(run.status(), pid=os.getpid()))
    status, _, err = call("cache", "--empty")
    assert status == 2
    assert err == f"error: {run.id}: is training; empty the cache when it is done\n"
    run.write_status(replace(run.status(), state="done"))
    assert call("cache", "--empty")[1] == "2 MB freed\n"
    assert call("cache")[1].startswith("0 MB")


def test_what_a_worker_writes_is_its_users_alone(call, monkeypatch):
    masks: list[int] = []
    monkeypatch.setattr(worker.os, "umask", masks.append)
    monkeypatch.setattr(worker, "run_worker", lambda runs, clock, idle: masks == [0o077])
    assert call("worker") == (0, "", "")
