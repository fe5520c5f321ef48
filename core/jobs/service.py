"""What goes on while a server runs, with nobody looking: the queue is taken up where it was left;
what killed processes and yesterday's visitors have left goes."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.base import demo_mode
from core.base.errors import InputError

# The rest is imported in the thread: it takes seconds, in which the server can answer already.

INTERVAL_SECONDS = 300.0
STOP_SECONDS = 9.0  # in which a server that is ended waits for its worker: `docker stop` allows 10


@contextmanager
def maintain_runs(runs_dir: Path, also: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Tends a shared folder of runs in a thread, until the server ends; `also` what packages above
    this one carry on. A server that is asked to end (SIGTERM) asks the worker, too, which may be in
    the same container, and waits for it."""
    over, asked = threading.Event(), _pass_on_sigterm(runs_dir)
    thread = threading.Thread(
        target=_maintain, args=(runs_dir, over, also), name="maintenance", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(1)
        deadline = time.monotonic() + STOP_SECONDS
        while asked and asked[0]() and time.monotonic() < deadline:
            time.sleep(0.1)


def _maintain(runs_dir: Path, over: threading.Event, also: Callable[[], object]) -> None:
    from core.jobs.visitor_sweep import delete_expired_visitor_runs
    from core.store.leftovers import delete_unfinished_files, delete_unfinished_imports
    from core.store.status import utc_now

    steps: list[Callable[[], object]] = [
        lambda: delete_unfinished_files(runs_dir, utc_now),
        lambda: delete_unfinished_imports(demo_mode.datasets_root(), utc_now),
        lambda: delete_expired_visitor_runs(runs_dir, utc_now, demo_mode.RETENTION),
        also,
    ]
    _attempt(lambda: _continue_queue(runs_dir, over))
    while True:
        for step in steps:
            _attempt(step)
        if over.wait(INTERVAL_SECONDS):
            return
        # Elsewhere, a worker that is missing by now was stopped by somebody.
        _attempt(lambda: _continue_queue(runs_dir, over, only_in_demo=True))


def _attempt(step: Callable[[], object]) -> None:
    with suppress(OSError, InputError):  # the next time, then; pages tell what is wrong
        step()


def _continue_queue(runs_dir: Path, over: threading.Event, only_in_demo: bool = False) -> None:
    """Starts a worker where something waits, once one that was told to leave has left."""
    from core.jobs.local import ensure_worker, worker_alive
    from core.jobs.queue import Queue
    from core.jobs.stop_worker import stop_requested

    if only_in_demo and not demo_mode.is_enabled():
        return
    while worker_alive(runs_dir) and stop_requested(runs_dir) and not over.wait(0.2):
        pass
    if Queue(runs_dir).entries() and not over.is_set():
        ensure_worker(runs_dir)


def _pass_on_sigterm(runs_dir: Path) -> list[Callable[[], bool]]:
    """Lets the worker be told, beside whatever the server does then. A list that has, once that
    was, what says whether the worker lives."""
    before, asked = signal.getsignal(signal.SIGTERM), list[Callable[[], bool]]()
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        return asked

    def pass_on(signum: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would end the import
        try:
            from core.jobs.local import worker_alive, worker_pids

            for pid in worker_pids(runs_dir):
                asked.append(lambda: worker_alive(runs_dir))
                with suppress(OSError):  # gone, or another user's
                    os.kill(pid, signal.SIGTERM)
        finally:
            signal.signal(signal.SIGTERM, pass_on)
            before(signum, frame)  # type: ignore[arg-type]

    signal.signal(signal.SIGTERM, pass_on)
    return asked
