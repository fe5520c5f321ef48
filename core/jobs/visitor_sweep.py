"""Deletes for good what visitors of a hosted demo made longer ago than the demo keeps it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.base.errors import RunError
from core.jobs.queue import Queue
from core.store.run import Run
from core.store.status import Clock
from core.store.visitors import VISITORS, visitor_dirs

SWEEP_SECONDS = 300.0
# Folders of a visitor's folder whose folders have a status.json too: .rescore, .lr_find, .trash.
_WORK = ("[!.]*", ".[!.]*/[!.]*")


def sweep_visitors(house: Path, clock: Clock, kept: timedelta) -> list[str]:
    """Deletes for good what visitors made longer than `kept` ago: runs, also in the trash, searches
    and whatever else waits in the queue, and their entries there; a folder when it is left empty.
    What is under way is asked to stop, and goes the next time. The queue's names of what went."""

    gone = []
    for folder in visitor_dirs(house):
        for work in _works(folder):
            if clock() - _made(work) <= kept:
                continue
            if _running(work):
                work.ask_cancel()
                continue
            name = str(work.path.relative_to(folder))
            with suppress(RunError):
                Queue(folder).remove(name)
            shutil.rmtree(work.path, ignore_errors=True)
            gone.append(f"{VISITORS}/{folder.name}/{name}")
        if not any(_works(folder)) and clock() - _touched(folder) > kept:
            shutil.rmtree(folder, ignore_errors=True)
    return gone


def keep_swept(house: Path, clock: Clock, kept: timedelta) -> threading.Thread:
    """Sweeps again and again, beside whatever this process does, until it ends."""

    def sweep() -> None:
        while True:
            with suppress(OSError, RunError):  # the next time, then
                sweep_visitors(house, clock, kept)
            time.sleep(SWEEP_SECONDS)

    thread = threading.Thread(target=sweep, name="visitors", daemon=True)
    thread.start()
    return thread


def _works(folder: Path) -> Iterator[Run]:
    for pattern in _WORK:
        for path in sorted(folder.glob(f"{pattern}/status.json")):
            yield Run(path.parent)


def _made(work: Run) -> datetime:
    with suppress(RunError, ValueError):
        return datetime.fromisoformat(work.status().created)
    return _touched(work.path)  # its status cannot be read


def _running(work: Run) -> bool:
    with suppress(RunError):
        return work.status().state == "running"
    return False


def _touched(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return datetime.now(UTC)
