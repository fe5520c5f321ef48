"""The Worker page: all well, and each thing that can be wrong with what helps."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace

import pytest

from core.jobs import resources, stop_worker
from core.jobs.detached import DetachedProcess
from core.jobs.preview import client
from core.jobs.queue import Queue
from core.jobs.resources import Capacity
from core.jobs.worker_settings import CLUSTER_FILE, ClusterState, read_worker_settings
from core.store.feature_folder import CACHE_FOLDER
from core.store.status import utc_now
from tests.core.jobs.test_health import set_heartbeat, worker_process
from tests.factory import write_run
from tests.pages.conftest import visible_text


@pytest.fixture(autouse=True)
def enough_resources(monkeypatch):
    """A machine with room, whatever this one has."""
    monkeypatch.setattr(resources, "memory", lambda: Capacity(8 * 10**9, 16 * 10**9))
    monkeypatch.setattr(resources, "disk", lambda folder: Capacity(80 * 10**9, 100 * 10**9))


def test_without_runs_all_is_well(runs, dataset, open_page):
    app = open_page("worker")
    assert not app.exception
    assert app.success[0].value == "No problems found."
    page = visible_text(app)
    assert "not running" in page and "The queue is empty" in page
    bars = [bar.proto.text for bar in app.get("progress")]
    assert "Memory: 8.0 of 16 GB free" in bars
    assert "Disk of the runs folder: 80.0 of 100 GB free" in bars
    assert str(runs) in [code.value for code in app.code]


def test_a_worker_at_work_its_queue_and_its_buttons(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "running")
    waiting = write_run(runs, dataset, "looks-good", "queued", minutes=1)
    for each in (run, waiting):
        Queue(runs).submit(each.id)
    with worker_process(runs) as pid:
        Queue(runs).claim(pid)
        set_heartbeat(run, utc_now(), 0, pid=pid)
        app = open_page("worker")
        assert not app.exception
        page = visible_text(app)
        assert ":green-badge[:material/play_arrow: working]" in page
        assert f"Process {pid}, up for" in page
        assert "**2 runs, all finished in about" in page
        assert "starts in about" in page
        app.button(key="worker.process.stop_later").click().run()
        assert not app.exception
        assert stop_worker.stop_requested(runs)
        assert "stopping after this epoch" in visible_text(app)
        app.button(key="worker.process.go_on").click().run()
        assert not stop_worker.stop_requested(runs)
        app.button(key="worker.process.stop_now").click().run()
        assert not app.exception
        assert "1 run was lost" in visible_text(app)  # this one could not put its run back
        assert "no worker is running" not in visible_text(app)  # what waits was asked for just now


def test_runs_that_wait_for_no_worker(runs, dataset, open_page, no_worker, monkeypatch):
    monkeypatch.setattr(
        "pages.widgets.shared.worker_notice.ensure_worker",
        lambda folder, wait_seconds: no_worker.append(folder),
    )
    run = write_run(runs, dataset, "quick", "queued")
    Queue(runs).submit(run.id)
    os.utime(run.path / "status.json", (0, 0))
    app = open_page("worker")
    assert not app.exception
    assert "1 run is waiting, but no worker is running" in visible_text(app).replace("\\", "")
    app.button(key="worker.trouble.no_worker").click().run()
    assert no_worker == [runs]
    for page in ("run", "runs", "train"):
        assert "no worker is running" in visible_text(open_page(page, run=run.id))


def test_a_hung_worker_is_restarted(runs, dataset, open_page, monkeypatch):
    run = write_run(runs, dataset, "quick", "running")
    Queue(runs).submit(run.id)
    asked = []
    monkeypatch.setattr(
        "pages.widgets.worker.problems.restart_worker",
        lambda runs, only: asked.append((runs, only)),
    )
    with worker_process(runs) as pid:
        Queue(runs).claim(pid)
        set_heartbeat(run, utc_now(), 8, pid=pid)
        app = open_page("worker")
        assert not app.exception
        assert "has not responded for 8 min" in visible_text(app)
        app.button(key=f"worker.trouble.silent{pid}").click().run()
        assert asked == [(runs, [pid])]


def test_a_full_disk_short_memory_and_strays(runs, dataset, open_page, monkeypatch):
    monkeypatch.setattr(resources, "memory", lambda: Capacity(10**8, 10**9))
    monkeypatch.setattr(resources, "disk", lambda folder: Capacity(10**9, 10**11))
    stray = write_run(runs, dataset, "quick", "queued")
    app = open_page("worker")
    assert not app.exception
    page = visible_text(app).replace("\\", "")
    assert "The disk of the runs folder is nearly full: 1.0 GB free." in page
    assert "Memory is low" in page
    monkeypatch.setattr("pages.widgets.worker.problems.ensure_worker", lambda folder: None)
    app.button(key="worker.trouble.stray").click().run()
    assert not app.exception
    assert [entry.work_id for entry in Queue(runs).entries()] == [stray.id]


def test_a_dead_workers_run_is_found_lost_and_does_not_count_as_waiting(runs, dataset, open_page):
    run = write_run(runs, dataset, "quick", "running")
    run.write_status(replace(run.status(), pid=2**22 + 1))
    Queue(runs).submit(run.id)
    Queue(runs).claim(2**22 + 1)
    app = open_page("worker")
    assert not app.exception
    page = visible_text(app)
    assert "1 run was lost" in page and "The queue is empty" in page
    assert "no worker is running" not in page


def test_lost_runs_are_resumed_together(runs, dataset, open_page, no_worker):
    lost = [write_run(runs, dataset, "quick", "running", minutes=m) for m in range(2)]
    for run in lost:
        status = run.status()
        run.write_status(
            replace(
                status,
                state="failed",
                error=run.lost_process_text(status),
                finished=utc_now().isoformat(),
            )
        )
    app = open_page("worker")
    assert not app.exception
    assert "2 runs were lost" in visible_text(app)
    app.button(key="worker.trouble.lost").click().run()
    assert not app.exception
    assert [run.status().state for run in lost] == ["queued", "queued"]


def test_the_feature_cache_is_emptied_but_not_while_a_run_trains(runs, dataset, open_page):
    (runs / CACHE_FOLDER).mkdir()
    entry = runs / CACHE_FOLDER / "a.safetensors"
    entry.write_bytes(b"x" * 3_000_000)
    run = write_run(runs, dataset, "quick", "running")
    app = open_page("worker")
    assert app.button(key="worker.machine.empty").disabled
    run.write_status(replace(run.status(), state="done"))
    app = open_page("worker")
    assert "3 MB of at most 4 GB" in visible_text(app)
    app.button(key="worker.machine.empty").click().run()
    assert not app.exception
    assert not entry.exists()


def test_a_damaged_queue_is_one_line(runs, dataset, open_page):
    (runs / "queue.sqlite").write_bytes(b"no database at all " * 100)
    app = open_page("worker")
    assert not app.exception
    assert "cannot use the queue" in app.error[0].value.replace("\\", "")


def test_the_preview_process_can_be_ended(runs, dataset, open_page, monkeypatch):
    app = open_page("worker")
    assert not [button for button in app.button if button.key == "worker.preview.stop"]
    ended = []
    monkeypatch.setattr("core.jobs.preview.client.stop_preview", ended.append)
    with DetachedProcess(client.COMMAND, runs).hold_lock():
        app.run()
        assert f"Process {os.getpid()}" in visible_text(app)
        app.button(key="worker.preview.stop").click().run()
    assert not app.exception
    assert ended == [runs]


def test_the_number_of_workers_is_set_and_what_the_machine_bears_is_told(
    runs, dataset, open_page, monkeypatch
):
    monkeypatch.setattr("pages.widgets.worker.processes.bearable_workers", lambda: 2)
    monkeypatch.setattr("pages.widgets.worker.processes.ensure_worker", lambda folder: None)
    app = open_page("worker")
    assert "This machine can handle 2 workers." in visible_text(app)
    app.number_input(key="worker.process.count").set_value(3).run()
    assert not app.exception
    assert read_worker_settings(runs).workers == 3
    assert "More than this machine can handle" in app.warning[0].value


def test_a_clusters_nodes_what_is_wrong_there_and_the_way_out(
    runs, dataset, open_page, monkeypatch
):
    monkeypatch.setenv("OVERFIT_LENS_EXECUTOR", "ray")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    run = write_run(runs, dataset, "quick", "running")
    run.write_status(replace(run.status(), place="lab-1"))
    nodes = {
        "a": {"host": "lab-1", "cpus": 8, "gpus": 1, "accepted": True, "load": 2.0},
        "b": {"host": "lab-2", "cpus": 4, "gpus": 0, "problem": "torch is 1.0, not 2.0"},
    }
    state = ClusterState("lab:6379", "no output", 2, nodes, [run.id])
    (runs / CLUSTER_FILE).write_text(json.dumps(asdict(state)))
    with worker_process(runs):
        app = open_page("worker")
        assert not app.exception
        page = visible_text(app)
        assert "lab-2 is not used for training: torch is 1.0, not 2.0" in page.replace("\\", "")
        assert "8 cores, 1 GPUs, load 2.0" in page
        assert "Cannot reach the cluster's head at lab:6379" in page.replace("\\", "")
        (bar,) = open_page("run", run=run.id).get("progress")
        assert "on lab-1" in bar.proto.text.replace("\\", "")
        app.button(key="worker.trouble.cluster").click().run()
        assert not app.exception
    assert run.status().state == "failed" and run.resumable()
