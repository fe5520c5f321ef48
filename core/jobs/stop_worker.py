"""Stopping the workers: after the epoch under way, or at once. The run that one was busy with goes
back to its place in the queue, and on after its last finished epoch when a worker starts again."""

import os
import signal
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from core.base.errors import RunError, naming_os_errors
from core.base.language import N_
from core.jobs.local import ensure_worker, recover_queue, worker_alive, worker_lock, worker_pids
from core.jobs.queue import Queue
from core.store import visitors
from core.store.lr_finder import open_work
from core.store.status import Clock, utc_now
from core.store.visitors import shared_root_of

STOP_FILE = "worker.stop"
GRACE_SECONDS = 10.0  # seconds in which a worker that is asked to end does so, if it is not hung
_POLL_SECONDS = 0.1


def request_stop(runs_dir: Path) -> None:
    """Leaves word for the workers to leave after the epoch under way. Raises RunError when the
    folder cannot be written, or is a visitor's."""
    visitors.refuse_visitor(runs_dir, "worker")
    path = Path(runs_dir) / STOP_FILE
    with naming_os_errors(path):
        path.touch()


def stop_requested(runs_dir: Path) -> bool:
    """Whether the workers are to leave after the epoch under way."""
    return (shared_root_of(runs_dir) / STOP_FILE).exists()


def clear_stop_request(runs_dir: Path) -> None:
    """Takes that wish back."""
    visitors.refuse_visitor(runs_dir, "worker")
    (Path(runs_dir) / STOP_FILE).unlink(missing_ok=True)


def requeue_work(runs_dir: Path, work_id: str) -> None:
    """Lets what the worker was carrying out wait again, in its old place. What has ended, or was to
    be cancelled anyway, leaves the queue."""
    queue, worker = Queue(runs_dir), os.getpid()
    with suppress(RunError):  # deleted or damaged meanwhile
        run = open_work(runs_dir, work_id)
        with run.state_lock():
            if run.resumable() and not run.cancel_requested():
                run.requeue()
            if run.status().state == "queued":
                queue.release(work_id, worker)
    queue.finish(work_id, worker)


def stop_now(
    runs_dir: Path,
    clock: Clock = utc_now,
    grace_seconds: float | None = None,
    only: Collection[int] = (),
) -> None:
    """Ends the workers, or those processes alone, and returns when they are gone. One that hears
    nothing for `grace_seconds` seconds (by default GRACE_SECONDS) is killed: its run is then marked
    failed and can be resumed. Raises RunError when even that fails."""
    visitors.refuse_visitor(runs_dir, "worker")
    serving = _serving(runs_dir, only)
    for sent, patience in (
        (signal.SIGINT, GRACE_SECONDS if grace_seconds is None else grace_seconds),
        (signal.SIGKILL, GRACE_SECONDS),
    ):
        if not serving:
            break
        _send_signals(serving, sent)
        deadline = time.monotonic() + patience
        while serving and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            before, serving = serving, _serving(runs_dir, only)
            _send_signals(serving - before, sent)  # one that was started too, and stood in line
    if serving:
        told = N_("the worker (process {pid}) does not stop, even when killed")
        raise RunError(told.format(pid=min(serving)))
    with worker_lock(runs_dir) as place:
        if place:
            recover_queue(runs_dir, clock)
    if not worker_alive(runs_dir):
        clear_stop_request(runs_dir)


def _serving(runs_dir: Path, only: Collection[int]) -> set[int]:
    return {pid for pid in worker_pids(runs_dir) if not only or pid in only}


def _send_signals(pids: Collection[int], signum: signal.Signals) -> None:
    """Signals workers that may have gone. Raises RunError where that is not allowed."""
    for pid in pids:
        with suppress(ProcessLookupError):
            try:
                os.kill(pid, signum)
            except PermissionError:
                told = N_("the worker (process {pid}) belongs to another user, who must stop it")
                raise RunError(told.format(pid=pid)) from None


def restart_worker(runs_dir: Path, clock: Clock = utc_now, only: Collection[int] = ()) -> None:
    """Ends the workers, or those processes alone, and starts others. Raises RunError."""
    stop_now(runs_dir, clock, only=only)
    ensure_worker(runs_dir, wait_seconds=GRACE_SECONDS)
