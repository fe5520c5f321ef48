"""A worker process: takes runs from the queue and carries them out, one at a time.

`python -m core worker` starts it; the dashboard does so when something is queued. It holds a lock
while it lives, serves until nothing has been queued for a while, and survives any run's failure.
Several may serve one folder, each with its share of the cores (core.jobs.worker_settings).
"""

from __future__ import annotations

import importlib
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
from core.jobs.local import loading_torch, recover_queue, worker_lock, worker_pids
from core.jobs.queue import Queue
from core.jobs.stop_worker import clear_stop_request, request_stop, requeue_work, stop_requested
from core.jobs.visitor_sweep import delete_expired_visitor_runs
from core.jobs.worker_settings import (
    WorkerSettings,
    check_executor,
    read_worker_settings,
    take_share,
)
from core.store.leftovers import delete_unfinished_files
from core.store.lr_finder import LrSearch, open_work
from core.store.rescoring import ChallengeEvaluation, Rescoring
from core.store.run import Run
from core.store.status import Clock
from core.store.trash import delete_expired_runs
from core.store.visitors import shared_root_of

if TYPE_CHECKING:
    from core.train.loop import EpochRow  # torch

POLL_SECONDS = 0.3
RECOVER_SECONDS = 5.0  # how often an idle worker looks after what killed neighbours left
_TRAINING = "core.jobs.tasks.train_run"  # imported when the first run needs it, for torch is large
TERM_SECONDS = 6.0  # after SIGTERM until it leaves at once: `docker stop` allows 10 for all
NICE = 10  # in a demo: how far it stands back behind the pages that visitors look at


def run_worker(runs_dir: Path, clock: Clock, idle_seconds: float) -> bool:
    """Serves the queue until nothing was queued for `idle_seconds`; False when as many workers as
    there may be serve this folder already."""
    signal.signal(signal.SIGTERM, lambda *_: _leave_soon(runs_dir))
    for number in (signal.SIGINT, signal.SIGALRM):  # at once
        signal.signal(number, signal.default_int_handler)
    if demo_mode.is_enabled():
        os.nice(NICE)
    while True:
        if not _serve(runs_dir, clock, idle_seconds):
            return False
        # Someone may have queued a run between the last look and the lock's release, and have
        # seen this worker alive: look once more without the lock.
        waiting = any(entry.worker_pid is None for entry in Queue(runs_dir).entries())
        if not waiting or stop_requested(runs_dir):
            return True


def _serve(runs_dir: Path, clock: Clock, idle_seconds: float) -> bool:
    with worker_lock(runs_dir) as place:
        if place:
            if worker_pids(runs_dir) == [os.getpid()]:
                clear_stop_request(runs_dir)  # that was said to earlier workers
            _recover(runs_dir, clock)
            with suppress(RunError):  # what cannot be deleted stays
                delete_expired_runs(runs_dir, clock)
            delete_unfinished_files(runs_dir, clock)
            delete_expired_visitor_runs(runs_dir, clock, demo_mode.RETENTION)
            _loop(runs_dir, clock, idle_seconds, place)
    return place > 0


def _recover(runs_dir: Path, clock: Clock) -> None:
    for run_id in recover_queue(runs_dir, clock):
        print(f"{run_id}: its worker was stopped; marked failed", flush=True)


def _loop(runs_dir: Path, clock: Clock, idle_seconds: float, place: int) -> None:
    queue, settings = Queue(runs_dir), read_worker_settings(runs_dir)
    if settings.executor == "ray" and place == 1:
        _follow_cluster(runs_dir, clock, idle_seconds, settings)
        return
    idle_since = recovered = time.monotonic()
    while time.monotonic() - idle_since < idle_seconds and not stop_requested(runs_dir):
        before, settings = settings, read_worker_settings(runs_dir)
        if place > settings.places() or settings.executor != before.executor:
            return  # there are to be fewer, or others
        take_share(settings, place)
        run_id = queue.claim(os.getpid(), "all" if settings.executor == "local" else "others")
        if run_id is None:
            if time.monotonic() - recovered > RECOVER_SECONDS:
                recovered = time.monotonic()
                _recover(runs_dir, clock)
            time.sleep(POLL_SECONDS)
            continue
        try:
            run_work(runs_dir, run_id, clock)
        except KeyboardInterrupt:  # this process is to end, not the run
            requeue_work(runs_dir, run_id)
            raise
        _check_end_recorded(runs_dir, run_id)
        queue.finish(run_id, os.getpid())
        idle_since = time.monotonic()


def _follow_cluster(
    runs_dir: Path, clock: Clock, idle_seconds: float, settings: WorkerSettings
) -> None:
    from core.jobs.cluster.follower import Follower

    check_executor(settings)
    busy_at = time.monotonic()

    def may_go_on(busy: bool) -> bool:
        nonlocal busy_at
        if busy or Queue(runs_dir).length():
            busy_at = time.monotonic()
        idle = time.monotonic() - busy_at > idle_seconds
        return not (idle or stop_requested(runs_dir) or read_worker_settings(runs_dir) != settings)

    Follower(runs_dir, clock, settings).serve(may_go_on)


def run_work(runs_dir: Path, work_id: str, clock: Clock) -> None:
    """One run, search, rescoring or trial; whatever ends it is in its status.json and the worker's
    log."""
    print(f"{work_id}: begins", flush=True)
    try:
        work = open_work(runs_dir, work_id)
        if _TRAINING not in sys.modules:
            with loading_torch(work, clock):
                importlib.import_module(_TRAINING)
        from core.jobs.tasks.challenge_answers import run_challenge_evaluation
        from core.jobs.tasks.lr_finder import run_lr_search
        from core.jobs.tasks.results import run_rescoring
        from core.jobs.tasks.train_run import run_training

        if isinstance(work, LrSearch):
            run_lr_search(work, clock)
        elif isinstance(work, ChallengeEvaluation):
            run_challenge_evaluation(work, clock)
        elif isinstance(work, Rescoring):
            run_rescoring(work, clock)
        else:
            run_training(
                work, clock, lambda row, _: _check_stop_requested(work, row), with_controls=True
            )
        print(f"{work_id}: ends", flush=True)
    except InputError as error:
        print(f"{work_id}: {error}", flush=True)
    except Exception:
        traceback.print_exc(file=sys.stdout)


def _check_end_recorded(runs_dir: Path, work_id: str) -> None:
    """Raises RunError where not even a run's end could be written, on a full disk: the others would
    fare no better. Its claim stays in the queue, by which the next worker finds it (`recover`)."""
    try:
        work = open_work(runs_dir, work_id)
        status = work.status()
    except RunError:
        return  # deleted or damaged meanwhile
    if work.owned():
        return  # another process carries it out, and says itself how it ends
    mine = status.state == "running" and status.pid == os.getpid()
    if mine or status.state == "queued":
        told = N_(
            "{run}: cannot write its final status; the worker stops and queued runs stay "
            "queued. Free up disk space, then start a worker"
        )
        raise RunError(told.format(run=work_id))


def _check_stop_requested(run: Run, row: EpochRow) -> None:
    """After an epoch that is not the last: leaves when that was asked for."""
    epoch = row.planned.number
    if stop_requested(shared_root_of(run.path.parent)) and epoch < run.status().epochs:
        print(f"{run.id}: waits again after epoch {epoch}, for the worker is to stop", flush=True)
        signal.setitimer(signal.ITIMER_REAL, 0)  # nothing interrupts what follows
        raise KeyboardInterrupt


def _leave_soon(runs_dir: Path) -> None:
    """SIGTERM, as the machine or the container is to end: this process leaves after the epoch under
    way, or in the midst of it while there is still time to put its run back into the queue."""
    if not signal.getitimer(signal.ITIMER_REAL)[0]:
        signal.setitimer(signal.ITIMER_REAL, TERM_SECONDS)
    with suppress(RunError):
        request_stop(runs_dir)
