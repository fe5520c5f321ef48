"""One node of Ray on loopback: a run goes there and comes back with the bits of a local one."""

import os
import signal

import pytest

from core.base.cpu import machine_cores
from core.jobs.local import LocalExecutor, worker_pids
from core.jobs.stop_worker import stop_now
from core.jobs.worker_settings import read_cluster_state
from tests.conftest import fast_recipe
from tests.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.cold]


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Of a head that trains, in a process of its own: Ray leaves sockets open in its driver."""
    pytest.importorskip("ray", reason="needs requirements-cluster.txt")
    from tests.cluster.start import start_cluster

    with start_cluster(tmp_path / "node", cpus=1) as (address, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OVERFIT_LENS_EXECUTOR", "ray")
        monkeypatch.setenv("OVERFIT_LENS_RAY_ADDRESS", address)
        monkeypatch.setenv("OVERFIT_LENS_RUN_CORES", "1")
        yield address


def test_a_run_trains_on_a_node_with_the_bits_of_a_local_one(tmp_path, tiny, address, monkeypatch):
    executor = LocalExecutor(tmp_path / "runs")
    run = executor.submit(fast_recipe(), tiny.root)
    wait_for(lambda: run.status().ended)
    assert run.status().state == "done", run.status().error
    assert run.environment()["machine"]["threads"] == 1
    assert run.data_dir() == tiny.root.resolve()

    long = executor.submit(fast_recipe(stages=[{"train": "head", "epochs": 900}]), tiny.root)
    wait_for(lambda: long.status().epoch >= 2)
    executor.cancel(long.id)
    wait_for(lambda: long.status().ended)
    assert long.status().state == "cancelled" and len(long.history()) >= 2
    assert (long.path / "checkpoint" / "state.json").is_file()
    stop_now(tmp_path / "runs")
    assert read_cluster_state(tmp_path / "runs").problem == ""

    for name in ("OVERFIT_LENS_EXECUTOR", "OVERFIT_LENS_RAY_ADDRESS"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("OVERFIT_LENS_WORKERS", str(machine_cores()))  # a thread each
    local = LocalExecutor(tmp_path / "local")
    same = local.submit(fast_recipe(), tiny.root)
    wait_for(lambda: same.status().ended)
    for pid in worker_pids(tmp_path / "local"):
        os.kill(pid, signal.SIGTERM)
    assert same.environment()["machine"] == run.environment()["machine"]
    for name in ("weights.safetensors", "predictions.csv", "cams.npz"):
        assert (same.path / name).read_bytes() == (run.path / name).read_bytes(), name
