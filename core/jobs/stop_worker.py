"""Stopping the worker: after the epoch under way, or at once. The run that it was busy with goes
back to its place in the queue, and on after its last finished epoch when a worker starts again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from core.base.errors import RunError, not_written_text
from core.base.language import N_
from core.jobs.local import ensure_worker, recover_queue, worker_lock, worker_pid
from core.jobs.queue import Queue
from core.store import visitors
from core.store.lr_finder import open_work
from core.store.status import Clock, utc_now
from core.store.visitors import shared_root_of

STOP_FILE = "worker.stop"
GRACE_SECONDS = 10.0  # seconds in which a worker that is asked to end does so, if it is not hung
_POLL_SECONDS = 0.1


def request_stop(runs_dir: Path) -> None:
    """Leaves word for the worker to leave after the epoch under way. Raises RunError when the
    folder cannot be written, or is a visitor's."""
    visitors.refuse_visitor(runs_dir, "worker")
    path = Path(runs_dir) / STOP_FILE
    try:
        path.touch()
    except OSError as error:
        raise RunError(not_written_text(path, error)) from None


def stop_requested(runs_dir: Path) -> bool:
    """Whether the worker is to leave after the epoch under way."""
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


def stop_now(runs_dir: Path, clock: Clock = utc_now, grace_seconds: float | None = None) -> None:
    """Ends the worker and returns when it is gone. One that hears nothing for `grace_seconds`
    seconds (by default GRACE_SECONDS) is killed: its run is then marked failed and can be resumed.
    Raises RunError when even that fails."""
    visitors.refuse_visitor(runs_dir, "worker")
    pid = worker_pid(runs_dir)
    for sent, patience in (
        (signal.SIGINT, GRACE_SECONDS if grace_seconds is None else grace_seconds),
        (signal.SIGKILL, GRACE_SECONDS),
    ):
        if pid is None:
            break
        _send_signal(pid, sent)
        deadline = time.monotonic() + patience
        while pid is not None and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            before, pid = pid, worker_pid(runs_dir)
            if pid is not None and pid != before:  # one that was started too, and stood in line
                _send_signal(pid, sent)
    if pid is not None:
        raise RunError(
            N_("the worker (process {pid}) does not end, not even when it is killed").format(
                pid=pid
            )
        )
    with worker_lock(runs_dir) as mine:
        if mine:
            recover_queue(runs_dir, clock)
    clear_stop_request(runs_dir)


def _send_signal(pid: int, signum: signal.Signals) -> None:
    """Signals a worker that may have gone. Raises RunError where that is not allowed."""
    with suppress(ProcessLookupError):
        try:
            os.kill(pid, signum)
        except PermissionError:
            raise RunError(
                N_("the worker (process {pid}) belongs to another user, who must end it").format(
                    pid=pid
                )
            ) from None


def restart_worker(runs_dir: Path, clock: Clock = utc_now) -> None:
    """Ends the worker and starts another one. Raises RunError."""
    stop_now(runs_dir, clock)
    ensure_worker(runs_dir, wait_seconds=GRACE_SECONDS)
