"""How the workers are, and what is wrong with them, the queue or the machine, in plain words."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from core.base import files
from core.base.errors import InputError, RunError
from core.base.formatting import duration, parse_timestamp
from core.base.language import _, ngettext
from core.jobs import resources
from core.jobs.local import worker_locks
from core.jobs.queue import Entry, Queue
from core.jobs.stop_worker import stop_requested
from core.jobs.worker_settings import check_executor, read_cluster_state, read_worker_settings
from core.store.index import RunRow
from core.store.lr_finder import open_work
from core.store.run import open_run

UNRESPONSIVE_AFTER = timedelta(minutes=5)  # without a sign of life; longer than most steps take
HUNG_AFTER = timedelta(hours=1)  # likewise, where the system does not tell who computes
STARTUP_GRACE = timedelta(seconds=15)  # in which a worker that was just asked for comes up
LOW_DISK = 2_000_000_000  # bytes; a run of VGG16 with its checkpoint may take half of that
LOW_MEMORY = 400_000_000
RECENT_WINDOW = timedelta(days=1)

WorkerState = Literal["idle", "working", "leaving", "silent"]
ProblemKind = Literal[
    "executor", "cluster", "node", "no_worker", "silent", "disk", "memory", "stray", "lost"
]


@dataclass(frozen=True)
class WorkerStatus:
    """A worker process. `leaving`: it stops after this epoch. `silent`: it should be working and
    gives no sign of it. memory: bytes. entry: of the queue, what it carries out. quiet: since its
    last sign of life while it carries something out."""

    state: WorkerState
    pid: int
    since: datetime | None = None
    memory: int | None = None
    entry: str | None = None
    quiet: timedelta = timedelta(0)


@dataclass(frozen=True)
class Problem:
    """Something that is wrong: one sentence, and what to do. `runs`: those it is about. What is not
    `pressing` needs no answer now."""

    kind: ProblemKind
    words: str
    advice: str
    runs: tuple[str, ...] = ()
    pressing: bool = True
    pid: int | None = None  # of the worker that hangs


def read_workers(runs_dir: Path, now: datetime) -> list[WorkerStatus]:
    """The workers of a runs folder that are there, as they are now. Raises RunError when the queue
    cannot be read."""
    holders = [(path, files.lock_holder(path)) for path in worker_locks(runs_dir)]
    entries = Queue(runs_dir).entries() if any(pid for _, pid in holders) else []
    found = []
    for path, pid in holders:
        if pid is None:
            continue
        since = _modified_time(path)  # it writes its number into it when it begins
        entry = next((entry.work_id for entry in entries if entry.worker_pid == pid), None)
        waiting = [each for each in entries if each.worker_pid is None]
        quiet = _time_since_heartbeat(runs_dir, entry, waiting, since, now)
        state: WorkerState = "idle" if entry is None else "working"
        if _is_hung(pid, quiet):
            state = "silent"
        elif stop_requested(runs_dir):
            state = "leaving"
        found.append(WorkerStatus(state, pid, since, resources.process_memory(pid), entry, quiet))
    return found


def find_problems(runs_dir: Path, now: datetime, rows: Sequence[RunRow] = ()) -> list[Problem]:
    """What is wrong, the most pressing first. rows: the runs to look through for lost ones.
    Raises RunError when the queue cannot be read."""
    workers = read_workers(runs_dir, now)
    entries = Queue(runs_dir).entries()
    found = [
        *_check_cluster(runs_dir, workers),
        _check_writable(runs_dir) or _check_no_worker(runs_dir, workers, entries, now),
        *map(_check_unresponsive, workers),
        _check_disk(runs_dir),
        _check_memory(),
        _check_unqueued(rows, entries, now),
        _check_lost(runs_dir, rows, now),
    ]
    return [trouble for trouble in found if trouble is not None]


def _time_since_heartbeat(
    runs_dir: Path,
    work_id: str | None,
    waiting: Sequence[Entry],
    started_at: datetime | None,
    now: datetime,
) -> timedelta:
    """How long the worker has shown nothing: since its run's last heartbeat, or, while it takes
    nothing that waits, since it could have."""
    with suppress(RunError):
        if work_id is not None:
            status = open_work(runs_dir, work_id).status()
            here = status.state == "running" and not status.place  # of a cluster it tells itself
            beat = parse_timestamp(status.heartbeat) if here else None
            return max(timedelta(0), now - beat) if beat else timedelta(0)
        if waiting:
            asked = _modified_time(open_work(runs_dir, waiting[0].work_id).path / "status.json")
            times = [time for time in (asked, started_at) if time is not None]
            return max(timedelta(0), now - max(times)) if times else timedelta(0)
    return timedelta(0)


def _is_hung(pid: int, since_heartbeat: timedelta) -> bool:
    """A step may take long, but then the processor is busy with it."""
    if since_heartbeat < UNRESPONSIVE_AFTER:
        return False
    busy = resources.uses_cpu(pid)
    return since_heartbeat > HUNG_AFTER if busy is None else not busy


def _modified_time(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _check_cluster(runs_dir: Path, workers: Sequence[WorkerStatus]) -> list[Problem]:
    settings, state = read_worker_settings(runs_dir), read_cluster_state(runs_dir)
    if settings.executor == "local":
        return []
    found = []
    try:
        check_executor(settings)
    except InputError as error:
        found.append(Problem("executor", str(error), _("Waiting runs stay queued until then.")))
    if state.problem and workers:
        words = _("Cannot reach the cluster's head at {address}.", address=state.address)
        advice = _(
            "Its runs may still be training. Restart the head, or give the runs up: they "
            "can then be resumed after the last epoch received."
        )
        found.append(Problem("cluster", words, advice, tuple(state.runs)))
    for node in state.nodes.values():
        if node.get("problem"):
            words = _(
                "{node} is not used for training: {reason}",
                node=node["host"],
                reason=node["problem"],
            )
            advice = _("Fix this on the node, or leave it: other nodes take its runs.")
            found.append(Problem("node", words, advice, pressing=False))
    return found


def _check_no_worker(
    runs_dir: Path, workers: Sequence[WorkerStatus], entries: Iterable[Entry], now: datetime
) -> Problem | None:
    if workers:
        return None
    # A run that was lost stands in the queue until the next worker looks.
    waiting = []
    for entry in entries:
        with suppress(RunError):
            if not open_work(runs_dir, entry.work_id).status().ended:
                waiting.append(entry.work_id)
    if not waiting:
        return None
    newest = max(
        (t for run in waiting if (t := _modified_time(runs_dir / run / "status.json"))),
        default=None,
    )
    if newest is not None and timedelta(0) <= now - newest < STARTUP_GRACE:
        return None
    return Problem(
        "no_worker",
        ngettext(
            "1 run is waiting, but no worker is running.",
            "{count} runs are waiting, but no worker is running.",
            len(waiting),
        ),
        _(
            "Start the worker. Interrupted runs are marked as failed and can be resumed; "
            "finished work is not lost."
        ),
        tuple(waiting),
    )


def _check_writable(runs_dir: Path) -> Problem | None:
    if not runs_dir.is_dir() or os.access(runs_dir, os.W_OK):
        return None
    return Problem(
        "disk",
        _("Cannot write to the runs folder {folder}.", folder=runs_dir),
        _(
            "You can view its runs, but not launch, change or delete any. Give this user "
            "write permission there, or set OVERFIT_LENS_RUNS to another folder."
        ),
    )


def _check_unresponsive(worker: WorkerStatus) -> Problem | None:
    if worker.state != "silent":
        return None
    return Problem(
        "silent",
        _(
            "The worker (process {pid}) has not responded for {time} and uses no CPU time.",
            pid=worker.pid,
            time=duration(worker.quiet.total_seconds()),
        ),
        _("It is stuck. Restart it; its current run can be resumed after the last finished epoch."),
        () if worker.entry is None else (worker.entry,),
        pid=worker.pid,
    )


def _check_disk(runs_dir: Path) -> Problem | None:
    disk = resources.disk(runs_dir)
    if disk is None or disk.free >= LOW_DISK:
        return None
    return Problem(
        "disk",
        _(
            "The disk of the runs folder is nearly full: {free:.1f} GB free.",
            free=disk.free / 1e9,
        ),
        _(
            "Empty the feature cache, delete runs and empty the trash "
            "(`python -m core runs delete --empty-trash`), or move the runs folder to another disk."
        ),
    )


def _check_memory() -> Problem | None:
    memory = resources.memory()
    if memory is None or memory.free >= LOW_MEMORY:
        return None
    return Problem(
        "memory",
        _("Memory is low: {free:.1f} GB free.", free=memory.free / 1e9),
        _(
            "The system may end a training run. Close other programs, or train with "
            "smaller photos or a smaller backbone."
        ),
    )


def _check_unqueued(
    rows: Sequence[RunRow], entries: Iterable[Entry], now: datetime
) -> Problem | None:
    known, strays = {entry.work_id for entry in entries}, []
    for row in rows:
        if row.status.state == "queued" and row.id not in known:
            created = parse_timestamp(row.status.created)
            if created is None or now - created > STARTUP_GRACE:
                strays.append(row.id)
    if not strays:
        return None
    return Problem(
        "stray",
        ngettext(
            "1 run is waiting, but is not in the queue.",
            "{count} runs are waiting, but are not in the queue.",
            len(strays),
        ),
        _("Re-queue to continue."),
        tuple(strays),
    )


def _check_lost(runs_dir: Path, rows: Sequence[RunRow], now: datetime) -> Problem | None:
    """Runs whose process ended in the middle, lately."""
    lost = []
    for row in rows:
        ended = parse_timestamp(row.status.finished)
        if row.status.state != "failed" or ended is None or now - ended > RECENT_WINDOW:
            continue
        with suppress(RunError):
            if row.status.error == open_run(runs_dir, row.id).lost_process_text(row.status):
                lost.append(row.id)
    if not lost:
        return None
    return Problem(
        "lost",
        ngettext(
            "1 run was lost: its process ended unexpectedly (killed, out of memory, or the "
            "machine was switched off).",
            "{count} runs were lost: their process ended unexpectedly (killed, out of "
            "memory, or the machine was switched off).",
            len(lost),
        ),
        _("Resume to continue after the last finished epoch; the result is the same."),
        tuple(lost),
        pressing=False,
    )
