"""Deletes for good what visitors of a hosted demo made longer ago than the demo keeps it."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.base.errors import RunError
from core.jobs.queue import Queue
from core.store.run import Run
from core.store.status import Clock
from core.store.visitors import CAPTURE_DATA, VISITORS, visitor_dirs

# Folders of a visitor's folder whose folders have a status.json too: .rescore, .lr_find, .trash.
_WORK_PATTERNS = ("[!.]*", ".[!.]*/[!.]*")


def delete_expired_visitor_runs(shared_root: Path, clock: Clock, retention: timedelta) -> list[str]:
    """Deletes for good what visitors made longer than `retention` ago: runs, also in the trash,
    searches and whatever else waits in the queue, and their entries there; a folder when it is left
    empty. What is under way is asked to stop, and goes the next time. The queue's names of what
    went."""
    gone = []
    for folder in visitor_dirs(shared_root):
        for work in _iter_work(folder):
            if clock() - _created_at(work) <= retention:
                continue
            with suppress(RunError):
                if work.status().state == "running":
                    work.request_cancel()
                    continue
            name = str(work.path.relative_to(folder))
            with suppress(RunError):
                Queue(folder).remove(name)
            shutil.rmtree(work.path, ignore_errors=True)
            gone.append(f"{VISITORS}/{folder.name}/{name}")
        for data in folder.glob(f"{CAPTURE_DATA}/*"):
            if clock() - _modified_at(data) > retention:
                shutil.rmtree(data, ignore_errors=True)
        if not any(_iter_work(folder)) and clock() - _modified_at(folder) > retention:
            shutil.rmtree(folder, ignore_errors=True)
    return gone


def _iter_work(folder: Path) -> Iterator[Run]:
    found = (path for each in _WORK_PATTERNS for path in sorted(folder.glob(f"{each}/status.json")))
    return (Run(path.parent) for path in found)


def _created_at(work: Run) -> datetime:
    with suppress(RunError, ValueError):
        return datetime.fromisoformat(work.status().created)
    return _modified_at(work.path)  # its status cannot be read


def _modified_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return datetime.now(UTC)
