"""How the worker is, and what is wrong with it, the queue or the machine, in plain words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from core.base.errors import RunError
from core.base.formatting import duration, moment
from core.base.language import _, ngettext
from core.jobs import resources
from core.jobs.local import LOCK_FILE, SILENCE, worker_pid
from core.jobs.queue import Entry, Queue
from core.jobs.stop_worker import stop_asked
from core.store.index import RunRow
from core.store.lr_search import open_work
from core.store.run import open_run
from core.store.status import Status
from core.store.visitors import house_of

QUIET = timedelta(minutes=5)  # without a sign of life; longer than most steps take
STARTING = timedelta(seconds=15)  # in which a worker that was just asked for comes up
LOW_DISK = 2_000_000_000  # bytes; a run of VGG16 with its checkpoint may take half of that
LOW_MEMORY = 400_000_000
RECENT = timedelta(days=1)

WorkerState = Literal["off", "idle", "working", "leaving", "silent"]
Kind = Literal["no_worker", "silent", "disk", "memory", "stray", "lost"]


@dataclass(frozen=True)
class Worker:
    """The worker process. `leaving`: it stops after this epoch. `silent`: it should be working and
    gives no sign of it. memory: bytes. entry: of the queue, what it carries out. quiet: since its
    last sign of life while it carries something out."""

    state: WorkerState
    pid: int | None = None
    since: datetime | None = None
    memory: int | None = None
    entry: str | None = None
    quiet: timedelta = timedelta(0)


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong: one sentence, and what to do. `runs`: those it is about. What is not
    `pressing` needs no answer now."""

    kind: Kind
    words: str
    advice: str
    runs: tuple[str, ...] = ()
    pressing: bool = True


def look_at_worker(runs_dir: Path, now: datetime) -> Worker:
    """The worker of a runs folder, as it is now. Raises RunError when the queue cannot be read."""
    pid = worker_pid(runs_dir)
    if pid is None:
        return Worker("off")
    since = _changed(house_of(runs_dir) / LOCK_FILE)  # it writes its number into it when it begins
    entries = Queue(runs_dir).entries()
    entry = next((entry.run for entry in entries if entry.worker is not None), None)
    quiet = _quiet(runs_dir, entry, entries, since, now)
    state: WorkerState = "idle" if entry is None else "working"
    if _hangs(pid, quiet):
        state = "silent"
    elif stop_asked(runs_dir):
        state = "leaving"
    return Worker(state, pid, since, resources.process_memory(pid), entry, quiet)


def find_trouble(runs_dir: Path, now: datetime, rows: Sequence[RunRow] = ()) -> list[Trouble]:
    """What is wrong, the most pressing first. rows: the runs to look through for lost ones.
    Raises RunError when the queue cannot be read."""
    worker = look_at_worker(runs_dir, now)
    entries = Queue(runs_dir).entries()
    found = [
        _read_only(runs_dir) or _no_worker(runs_dir, worker, entries, now),
        _silent(worker),
        _disk(runs_dir),
        _memory(),
        _stray(rows, entries, now),
        _lost(runs_dir, rows, now),
    ]
    return [trouble for trouble in found if trouble is not None]


# --- the worker -----------------------------------------------------------------------------------


def _quiet(
    runs_dir: Path,
    entry: str | None,
    entries: Sequence[Entry],
    since: datetime | None,
    now: datetime,
) -> timedelta:
    """How long the worker has shown nothing: since its run's last heartbeat, or, while it takes
    nothing that waits, since it could have."""
    with suppress(RunError):
        if entry is not None:
            status = open_work(runs_dir, entry).status()
            beat = moment(status.heartbeat) if status.state == "running" else None
            return max(timedelta(0), now - beat) if beat else timedelta(0)
        if entries:
            asked = _changed(open_work(runs_dir, entries[0].run).path / "status.json")
            times = [time for time in (asked, since) if time is not None]
            return max(timedelta(0), now - max(times)) if times else timedelta(0)
    return timedelta(0)


def _hangs(pid: int, quiet: timedelta) -> bool:
    """A step may take long, but then the processor is busy with it."""
    if quiet < QUIET:
        return False
    busy = resources.computes(pid)
    return quiet > SILENCE if busy is None else not busy


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


# --- what is wrong --------------------------------------------------------------------------------


def _no_worker(
    runs_dir: Path, worker: Worker, entries: Iterable[Entry], now: datetime
) -> Trouble | None:
    if worker.state != "off":
        return None
    # A run that was lost stands in the queue until the next worker looks.
    waiting = [entry.run for entry in entries if _awaits(runs_dir, entry.run)]
    if not waiting:
        return None
    newest = max(
        (t for run in waiting if (t := _changed(runs_dir / run / "status.json"))), default=None
    )
    if newest is not None and timedelta(0) <= now - newest < STARTING:
        return None
    return Trouble(
        "no_worker",
        ngettext(
            "1 run waits, and no worker process is running.",
            "{count} runs wait, and no worker process is running.",
            len(waiting),
        ),
        _(
            "Start the worker. What was under way is marked failed and can be resumed; nothing "
            "that was finished is lost."
        ),
        tuple(waiting),
    )


def _awaits(runs_dir: Path, entry: str) -> bool:
    try:
        return not open_work(runs_dir, entry).status().ended
    except RunError:
        return False


def _read_only(runs_dir: Path) -> Trouble | None:
    if not runs_dir.is_dir() or os.access(runs_dir, os.W_OK):
        return None
    return Trouble(
        "disk",
        _("The runs folder {folder} cannot be written.", folder=runs_dir),
        _(
            "Its runs can be looked at, but none can be launched, changed or deleted. Give this "
            "user the right to write there, or set OVERFIT_LENS_RUNS to another folder."
        ),
    )


def _silent(worker: Worker) -> Trouble | None:
    if worker.state != "silent":
        return None
    return Trouble(
        "silent",
        _(
            "The worker (process {pid}) has given no sign of life for {time}, and it uses no "
            "processor time.",
            pid=worker.pid,
            time=duration(worker.quiet.total_seconds()),
        ),
        _(
            "It hangs. Restart it; the run that it was busy with can be resumed after its last "
            "finished epoch."
        ),
        () if worker.entry is None else (worker.entry,),
    )


def _disk(runs_dir: Path) -> Trouble | None:
    disk = resources.disk(runs_dir)
    if disk is None or disk.free >= LOW_DISK:
        return None
    return Trouble(
        "disk",
        _(
            "The disk of the runs folder is nearly full: {free:.1f} GB are free.",
            free=disk.free / 1e9,
        ),
        _(
            "Empty the feature cache, delete runs and empty the trash "
            "(`python -m core runs delete --empty-trash`), or move the runs folder to another disk."
        ),
    )


def _memory() -> Trouble | None:
    memory = resources.memory()
    if memory is None or memory.free >= LOW_MEMORY:
        return None
    return Trouble(
        "memory",
        _("Memory is short: {free:.1f} GB are free.", free=memory.free / 1e9),
        _(
            "A training may be ended by the system. Close other programs, or train with smaller "
            "photos or a smaller backbone."
        ),
    )


def _stray(rows: Sequence[RunRow], entries: Iterable[Entry], now: datetime) -> Trouble | None:
    known = {entry.run for entry in entries}
    strays = [
        row.id
        for row in rows
        if row.status.state == "queued" and row.id not in known and _older(row.status, now)
    ]
    if not strays:
        return None
    return Trouble(
        "stray",
        ngettext(
            "1 run waits, but the queue does not know of it.",
            "{count} runs wait, but the queue does not know of it.",
            len(strays),
        ),
        _("Put it back into the queue."),
        tuple(strays),
    )


def _older(status: Status, now: datetime) -> bool:
    created = moment(status.created)
    return created is None or now - created > STARTING


def _lost(runs_dir: Path, rows: Sequence[RunRow], now: datetime) -> Trouble | None:
    """Runs whose process ended in the middle, lately."""
    lost = []
    for row in rows:
        ended = moment(row.status.finished)
        if row.status.state != "failed" or ended is None or now - ended > RECENT:
            continue
        with suppress(RunError):
            if row.status.error == open_run(runs_dir, row.id).lost_words(row.status):
                lost.append(row.id)
    if not lost:
        return None
    return Trouble(
        "lost",
        ngettext(
            "1 run was lost: the process ended in the middle (killed, out of memory, or the "
            "machine was switched off).",
            "{count} runs were lost: the process ended in the middle (killed, out of memory, or "
            "the machine was switched off).",
            len(lost),
        ),
        _("Resume it: it goes on after its last finished epoch, and the result is the same."),
        tuple(lost),
        pressing=False,
    )
