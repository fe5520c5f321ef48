"""Machines that sleep, clocks that jump, servers that start anew, and imports that are killed: what
does not hold afterwards."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from core.base import files
from core.base.errors import InputError
from core.data.archive import LIMITS
from core.data.importer import import_photos
from core.jobs.local import mark_lost_runs
from core.jobs.queue import Queue
from core.jobs.service import maintain_runs
from core.jobs.worker import run_work, run_worker
from core.store.leftovers import delete_unfinished_imports
from core.store.run import STATE_LOCK, Run
from core.store.status import utc_now
from tests.faults.campaign import Campaign
from tests.faults.invariants import differences, find_violations
from tests.faults.scenarios import Workspace, later_clock, tiny_recipe
from tests.waiting import wait_for

QUEUE_LENGTH = 12
_FORK = multiprocessing.get_context("fork")


def run_restarts(campaign: Campaign, times: int, seed: int) -> list[str]:
    """Each of them so many times; what is broken."""
    draw, found = random.Random(seed), []
    for _ in range(times):
        for act in (_sleep, _two_processes, _kill_in_import):
            with campaign.workspace() as workspace:
                try:
                    found += [
                        f"{act.__name__.strip('_')}: {words}" for words in act(workspace, draw)
                    ]
                except Exception as error:  # whatever it is, it is a finding
                    found.append(f"{act.__name__}: {type(error).__name__}: {error}")
    with campaign.workspace() as workspace:
        found += [f"restart: {w}" for w in _restart(workspace, draw, min(QUEUE_LENGTH, 3 * times))]
    return found


def _start(act: Callable[..., object], *arguments: Any) -> Any:
    """In a process of its own, silently."""

    def quietly() -> None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        act(*arguments)

    process = _FORK.Process(target=quietly)
    process.start()
    return process


def _worker(runs_dir: Path) -> None:
    run_worker(runs_dir, utc_now, 0.2)


def _submit(workspace: Workspace) -> Run:
    return workspace.executor.submit(tiny_recipe(), workspace.data)


def _sleep(workspace: Workspace, draw: random.Random) -> list[str]:
    """The machine sleeps for hours in a training, or its clock jumps; then everybody looks."""
    run, found = _submit(workspace), []
    process = _start(_worker, workspace.runs_dir)
    wait_for(lambda: run.status().state == "running")
    time.sleep(draw.uniform(0, 0.5))
    _freeze(workspace, process)
    status = run.status()
    if status.state == "running":
        then = utc_now() + timedelta(hours=draw.choice((-3, -24 * 365, 24 * 365)))
        run.write_status(replace(status, heartbeat=then.isoformat(timespec="seconds")))
        mark_lost_runs(workspace.runs_dir, [run.id], later_clock)
        if run.status().state != "running":
            found.append(f"{run.status().state} while its process lives")
        if run_worker(workspace.runs_dir, later_clock, 0):
            found.append("another worker served")
    os.kill(process.pid, signal.SIGCONT)
    process.join()
    return found + _differences(workspace, run)


def _two_processes(workspace: Workspace, draw: random.Random) -> list[str]:
    """Two carry out one run, and somebody writes over its status meanwhile."""
    run, found = _submit(workspace), []
    processes = [_start(run_work, workspace.runs_dir, run.id, utc_now) for _ in range(2)]
    wait_for(lambda: run.status().state == "running")
    time.sleep(draw.uniform(0, 0.5))
    for process in processes:
        _freeze(workspace, process)
    status = run.status()
    if status.state == "running":
        for state in ("failed", "cancelled", "paused"):
            run.write_status(replace(status, state=state))  # type: ignore[arg-type]
            with suppress(InputError):
                workspace.executor.resume(run.id)
                found.append(f"what is {state} by a false word was resumed")
        run.write_status(replace(status, state="queued"))
        run_work(workspace.runs_dir, run.id, utc_now)
        if run.status().state != "queued":
            found.append("a second process took it up")
        run.write_status(status)
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        process.join()
    Queue(workspace.runs_dir).remove(run.id)  # no worker was in it
    return found + _differences(workspace, run)


def _kill_in_import(workspace: Workspace, draw: random.Random) -> list[str]:
    """One import is killed and one sleeps, then a server starts, which sweeps."""
    datasets, photo = workspace.runs_dir / ".datasets", draw.randrange(1, 6)

    def end_at(number: signal.Signals) -> Callable[[int, int], None]:
        return lambda done, _: os.kill(os.getpid(), number) if done == photo else None

    def bring(name: str, number: signal.Signals) -> Any:
        return _start(import_photos, workspace.data, datasets, name, LIMITS, end_at(number))

    killed, sleeping = bring("killed", signal.SIGKILL), bring("sleeping", signal.SIGSTOP)
    killed.join()
    os.waitid(os.P_PID, sleeping.pid, os.WSTOPPED | os.WNOWAIT)
    delete_unfinished_imports(datasets, later_clock)
    left = sorted(path.name.rpartition("-")[0] for path in datasets.iterdir())
    os.kill(sleeping.pid, signal.SIGCONT)
    sleeping.join()
    import_photos(workspace.data, datasets, "killed")
    now = sorted(path.name for path in datasets.iterdir())
    found = [] if left == [".import-sleeping"] else [f"after the sweep there is {left}"]
    return found + ([] if now == ["killed", "sleeping"] else [f"at last there is {now}"])


def _restart(workspace: Workspace, draw: random.Random, length: int) -> list[str]:
    """Server and worker are killed with a full queue; a server starts."""
    runs = [_submit(workspace) for _ in range(length)]
    process = _start(_worker, workspace.runs_dir)
    wait_for(lambda: runs[0].status().state == "running")
    time.sleep(draw.uniform(0, 0.5))
    process.kill()
    process.join()
    asked = threading.Event()
    data = {"OVERFIT_LENS_DATA": str(workspace.runs_dir / ".datasets")}
    with (
        patch("core.jobs.local.ensure_worker", lambda *_, **__: asked.set()),
        patch.dict(os.environ, data),
        maintain_runs(workspace.runs_dir),
    ):
        wait_for(asked.is_set, "the queue does not go on")
    for _ in range(2):
        _start(_worker, workspace.runs_dir).join()
        for run in runs:
            if run.resumable():
                workspace.executor.resume(run.id)
    return [words for run in runs for words in _differences(workspace, run)]


def _freeze(workspace: Workspace, process: Any) -> None:
    """Stops a process as a machine that sleeps does, but where all others would wait for it."""
    while process.is_alive():
        os.kill(process.pid, signal.SIGSTOP)
        if not files.is_locked(workspace.runs_dir / STATE_LOCK):
            return
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.01)


def _differences(workspace: Workspace, run: Run) -> list[str]:
    found = find_violations(workspace.runs_dir, workspace.protected_run, after_worker=True)
    status = run.status()
    if status.state != "done":
        return [*found, f"{status.state}: {status.error}"]
    return found + differences(run, workspace.undisturbed)
