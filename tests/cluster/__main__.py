"""`make cluster`: a head and three nodes of Ray on loopback. A node is killed while it trains, the
process that follows is killed, the head is killed; each time nothing is lost, and what comes back
has the bits of local runs. Takes some minutes; prints a line for each step."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.base.cpu import machine_cores
from core.jobs.local import LocalExecutor, ensure_worker, give_up, mark_lost, worker_pids
from core.jobs.queue import Queue
from core.jobs.stop_worker import stop_now
from core.jobs.worker_settings import read_cluster_state
from core.store.run import Run
from core.store.status import utc_now
from tests.cluster.start import cluster_process
from tests.conftest import fast_recipe
from tests.factory import write_dataset

PATIENCE_SECONDS = 600
COMPARED = ("weights.safetensors", "predictions.csv", "cams.npz")
_BEGAN = time.monotonic()


def step(words: str, condition: Callable[[], object]) -> None:
    """Waits for it and prints the line; ends the program where it never comes."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"FAILED: {words}")
        time.sleep(0.2)
    print(f"{time.monotonic() - _BEGAN:6.1f} s  {words}", flush=True)


def submit(runs: Path, data: Path, count: int) -> list[Run]:
    recipes = [
        fast_recipe(seed=seed, stages=[{"train": "head", "epochs": 120}]) for seed in range(count)
    ]
    return [LocalExecutor(runs).submit(recipe, data) for recipe in recipes]


def main(folder: Path) -> None:
    runs, data = folder / "runs", folder / "tiny"
    write_dataset(data)
    with cluster_process(folder, 0, 3) as (cluster, address, environment):
        assert cluster.stdin is not None
        os.environ |= environment | {
            "OVERFIT_LENS_EXECUTOR": "ray",
            "OVERFIT_LENS_RAY_ADDRESS": address,
            "OVERFIT_LENS_RUN_CORES": "1",
        }
        remote = submit(runs, data, 3)
        step("three runs train", lambda: all(run.status().epoch >= 3 for run in remote))
        print("kill 0", file=cluster.stdin, flush=True)
        for pid in worker_pids(runs):
            os.kill(pid, signal.SIGKILL)
        step("the follower is killed, and a node", lambda: not worker_pids(runs))
        step("no run counts as lost", lambda: not any(mark_lost(run, utc_now) for run in remote))
        ensure_worker(runs)
        step("all runs end", lambda: all(run.status().ended for run in remote))
        step("all are done", lambda: all(run.status().state == "done" for run in remote))
        step("the queue is empty", lambda: not Queue(runs).entries())

        (last,) = submit(runs, data, 1)
        step("another run trains", lambda: last.status().epoch >= 3)
        print("head", file=cluster.stdin, flush=True)
        step("the head is out of reach", lambda: read_cluster_state(runs).problem)
        give_up(last, utc_now)
        step("given up, it can be resumed", lambda: last.resumable() and not last.owned())
        if worker_pids(runs):
            stop_now(runs)
    one_thread_each = {"OVERFIT_LENS_WORKERS": str(machine_cores())}
    os.environ |= one_thread_each | {"OVERFIT_LENS_EXECUTOR": "local"}
    LocalExecutor(runs).resume(last.id)
    local = submit(folder / "local", data, 3)
    step("here it goes on, and others train", lambda: all(r.status().ended for r in [last, *local]))
    for here, there in zip([*local, local[0]], [*remote, last], strict=True):
        same = [
            name
            for name in COMPARED
            if (here.path / name).read_bytes() == (there.path / name).read_bytes()
        ]
        step(
            f"{there.id}: the same bytes in {', '.join(same)}",
            lambda same=same: same == [*COMPARED],
        )
    for place in (runs, folder / "local"):
        stop_now(place)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
