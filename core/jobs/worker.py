"""The worker process: takes runs from the queue and carries them out, one at a time.

`python -m core worker` starts it; the dashboard does so when something is queued. It holds a lock
while it lives, serves until nothing has been queued for a while, and survives any run's failure.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.base import demo_mode
from core.base.errors import InputError, RunError
from core.base.language import N_
from core.jobs.local import recover, worker_lock
from core.jobs.queue import Queue
from core.jobs.stop_worker import forget_stop, put_back, stop_asked
from core.jobs.visitor_sweep import sweep_visitors
from core.store.challenge_answers import Trial
from core.store.leftovers import sweep_leftovers
from core.store.lr_search import Search, open_work
from core.store.rescoring import Rescoring
from core.store.run import Run
from core.store.status import Clock
from core.store.trash import sweep_trash
from core.store.visitors import house_of

if TYPE_CHECKING:
    from core.train.loop import EpochRow  # torch

POLL_SECONDS = 0.3
NICE = 10  # in a demo: how far it stands back behind the pages that visitors look at
LOCK_TRIES = 10  # a glance at the lock by another process may hold it for an instant


def work(runs_dir: Path, clock: Clock, idle_seconds: float) -> bool:
    """Serves the queue until nothing was queued for `idle_seconds`; False when another worker
    serves this folder already."""
    signal.signal(signal.SIGTERM, _interrupt)
    if demo_mode.on():
        os.nice(NICE)
    while True:
        if not _serve(runs_dir, clock, idle_seconds):
            return False
        # Someone may have queued a run between the last look and the lock's release, and have
        # seen this worker alive: look once more without the lock.
        waiting = any(entry.worker is None for entry in Queue(runs_dir).entries())
        if not waiting or stop_asked(runs_dir):
            return True


def _serve(runs_dir: Path, clock: Clock, idle_seconds: float) -> bool:
    for _ in range(LOCK_TRIES):
        with worker_lock(runs_dir) as mine:
            if mine:
                forget_stop(runs_dir)  # that was said to an earlier worker
                for run_id in recover(runs_dir, clock):
                    print(f"{run_id}: its worker was stopped; marked failed", flush=True)
                with suppress(RunError):  # what cannot be deleted stays
                    sweep_trash(runs_dir, clock)
                sweep_leftovers(runs_dir, clock)
                sweep_visitors(runs_dir, clock, demo_mode.KEPT)
                _loop(runs_dir, clock, idle_seconds)
                return True
        time.sleep(0.1)
    return False


def _loop(runs_dir: Path, clock: Clock, idle_seconds: float) -> None:
    queue = Queue(runs_dir)
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < idle_seconds and not stop_asked(runs_dir):
        run_id = queue.claim(os.getpid())
        if run_id is None:
            time.sleep(POLL_SECONDS)
            continue
        try:
            carry_out(runs_dir, run_id, clock)
        except KeyboardInterrupt:  # this process is to end, not the run
            put_back(runs_dir, run_id)
            raise
        _must_have_ended(runs_dir, run_id)
        queue.finish(run_id, os.getpid())
        idle_since = time.monotonic()


def carry_out(runs_dir: Path, run_id: str, clock: Clock) -> None:
    """One run, search, rescoring or trial; whatever ends it is in its status.json and the worker's
    log."""
    from core.jobs.tasks.challenge_answers import carry_out_trial
    from core.jobs.tasks.lr_search import carry_out_search
    from core.jobs.tasks.results import carry_out_rescoring
    from core.jobs.tasks.train_run import execute  # torch is imported when the first run needs it

    print(f"{run_id}: begins", flush=True)
    try:
        work = open_work(runs_dir, run_id)
        if isinstance(work, Search):
            carry_out_search(work, clock)
        elif isinstance(work, Trial):
            carry_out_trial(work, clock)
        elif isinstance(work, Rescoring):
            carry_out_rescoring(work, clock)
        else:
            execute(work, clock, lambda row, _: _heed_stop(work, row), with_controls=True)
        print(f"{run_id}: ends", flush=True)
    except InputError as error:
        print(f"{run_id}: {error}", flush=True)
    except Exception:
        traceback.print_exc(file=sys.stdout)


def _must_have_ended(runs_dir: Path, run_id: str) -> None:
    """Raises RunError where not even a run's end could be written, on a full disk: the others would
    fare no better. Its claim stays in the queue, by which the next worker finds it (`recover`)."""
    try:
        status = open_work(runs_dir, run_id).status()
    except RunError:
        return  # deleted or damaged meanwhile
    mine = status.state == "running" and status.pid == os.getpid()
    if mine or status.state == "queued":
        raise RunError(
            N_(
                "{run}: what became of it cannot be written; the worker leaves, and what waits "
                "goes on waiting: free some space, then start a worker"
            ).format(run=run_id)
        )


def _heed_stop(run: Run, row: EpochRow) -> None:
    """After an epoch that is not the last: leaves when that was asked for."""
    epoch = row.planned.number
    if stop_asked(house_of(run.path.parent)) and epoch < run.status().epochs:
        print(f"{run.id}: waits again after epoch {epoch}, for the worker is to stop", flush=True)
        raise KeyboardInterrupt


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
