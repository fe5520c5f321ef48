"""Visitors of a hosted demo: each has a folder of runs of their own, `<runs>/.visitors/<mark>/`.

The folder is named by the hash of a key that nobody can guess and that is kept nowhere: only who
holds the key finds the folder, and a log that names the folder gives nothing away. It is a folder
of runs like any other, so whatever is asked for a visitor's runs reaches theirs and the examples,
and no others. What visitors share (queue, worker, what the machine has computed of the bundled
photos) lies in `<runs>`, which is called their house here.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import RunError
from core.store.run import Clock, Run, find_runs

VISITORS = ".visitors"
SWEEP_SECONDS = 300.0
# Folders of a visitor's folder whose folders have a status.json too: .rescore, .lr_find, .trash.
_WORK = ("[!.]*", ".[!.]*/[!.]*")


def new_key() -> str:
    """A key for a visitor: 192 random bits."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether a text could be a key."""
    return re.fullmatch(r"[A-Za-z0-9_-]{32}", text) is not None


def visitor_dir(house: Path, key: str) -> Path:
    """The folder of runs of whoever holds the key, whether or not it is there."""
    return Path(house) / VISITORS / hashlib.sha256(key.encode()).hexdigest()[:32]


def is_visitors(runs_dir: Path) -> bool:
    """Whether a folder of runs is a visitor's."""
    return Path(runs_dir).parent.name == VISITORS


def house_of(runs_dir: Path) -> Path:
    """The folder where the queue, the worker and what runs share are: a folder of runs is its own
    house, but for a visitor's."""
    return Path(runs_dir).parents[1] if is_visitors(runs_dir) else Path(runs_dir)


def entry_prefix(runs_dir: Path) -> str:
    """What the entries of a folder's runs begin with in the queue of its house."""
    return f"{VISITORS}/{Path(runs_dir).name}/" if is_visitors(runs_dir) else ""


def split_entry(house: Path, entry: str) -> tuple[Path, str]:
    """The folder of runs that an entry of the queue belongs to, and its name there."""
    found = re.fullmatch(rf"{re.escape(VISITORS)}/([0-9a-f]{{32}})/(.+)", entry)
    return (Path(house) / VISITORS / found[1], found[2]) if found else (Path(house), entry)


def visitor_dirs(house: Path) -> list[Path]:
    """The folders of all visitors."""
    return sorted(path for path in (Path(house) / VISITORS).glob("[!.]*") if path.is_dir())


def count_runs(house: Path) -> int:
    """The runs of all visitors together."""
    return sum(len(find_runs(folder)) for folder in visitor_dirs(house))


def sweep_visitors(house: Path, clock: Clock, kept: timedelta) -> list[str]:
    """Deletes for good what visitors made longer than `kept` ago: runs, also in the trash, searches
    and whatever else waits in the queue, and their entries there; a folder when it is left empty.
    What is under way is asked to stop, and goes the next time. The queue's names of what went."""
    from core.jobs.queue import Queue  # which imports this module

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
