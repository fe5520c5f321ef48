"""The executor: runs go to detached worker processes on this machine.

A worker is started when it is needed, outlives the dashboard and the browser, and leaves when
nothing has been queued for a while. A lock on `worker.lock` (of further ones, `worker-2.lock` and
so on), which the operating system drops when the process dies however it dies, tells whether it is
alive. Visitors of a demo share the workers of their shared root (core.store.visitors).
"""

import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from core.base import demo_mode, files
from core.base.errors import InputError, RunError, naming_os_errors
from core.base.language import N_
from core.data.dataset import Dataset
from core.hosting import limits
from core.jobs.detached import start_detached
from core.jobs.queue import Queue
from core.jobs.worker_settings import check_executor, read_worker_settings
from core.model.pretrained_weights import find_weights
from core.recipe.bands import check_stages
from core.recipe.repeats import can_share_epochs, with_stage
from core.recipe.schema import Recipe
from core.store import visitors
from core.store.lr_finder import (
    LrSearch,
    create_lr_search,
    find_lr_search,
    open_work,
)
from core.store.rescoring import (
    ChallengeEvaluation,
    Rescoring,
    Work,
    check_can_predict,
    create_rescoring,
)
from core.store.run import OWNER_LOCK, Run, create_run, discard_run, find_runs, open_run
from core.store.status import Clock, Status, utc_now
from core.store.visitors import shared_root_of

LOCK_FILE = "worker.lock"
LOADING = N_("loading torch")  # the phase of a run that waits for that alone
SUBMIT_LOCK = ".ask.lock"  # two who ask the same at once ask it once
# With their folders; kept, so that they are reaped.
_started: list[tuple[Path, subprocess.Popen[bytes]]] = []
_served: set[int] = set()  # processes that were seen to hold a worker's lock


class LocalExecutor:
    """Worker processes on this machine, which train one run each at a time, or follow those that
    a cluster trains (core.jobs.worker_settings)."""

    def __init__(self, runs_dir: Path, clock: Clock = utc_now) -> None:
        self.runs_dir = Path(runs_dir)
        self.clock = clock

    def train_on(self, run_id: str, stage: Mapping[str, object]) -> Run:
        """Queues a new run: the recipe of a finished one with a further stage. It goes on from that
        run's checkpoint where it is kept and the bits are the same; else it begins anew."""
        done = open_run(self.runs_dir, run_id)
        if done.status().state != "done":
            raise RunError(N_("{run}: only a finished run can be trained further", run=run_id))
        recipe = done.recipe()
        longer = with_stage(recipe, stage)
        kept = (done.path / "checkpoint").is_dir() and can_share_epochs(recipe, longer)
        return self.submit(longer, done.data_dir(), done if kept else None)

    def submit(self, recipe: Recipe, data_dir: Path, begun: Run | None = None) -> Run:
        limits.check_work_allowed(self.runs_dir, recipe, data_dir)
        limits.check_capacity(self.runs_dir)
        check_stages(recipe)
        find_weights(recipe.backbone, recipe.weights)
        check_executor(read_worker_settings(self.runs_dir))
        Queue(self.runs_dir).check_capacity()
        run = create_run(self.runs_dir, recipe, data_dir, self.clock, begun=begun)
        try:
            Queue(self.runs_dir).submit(run.id)
        except InputError:
            discard_run(run)  # nobody would ever carry it out
            raise
        ensure_worker(self.runs_dir)
        return run

    def cancel(self, run_id: str) -> None:
        self.cancel_work(open_run(self.runs_dir, run_id))

    def cancel_work(self, work: Run) -> None:
        """Asks for a run, search, rescoring or trial to stop; one that waits leaves the queue. Of
        the latter two, one that is under way goes on to its end, seconds away (but leaves off
        drawing photos)."""
        with work.state_lock():
            status = work.status()
            if status.ended:
                return
            work.request_cancel()  # a process that trains it looks for this
            Queue(self.runs_dir).remove_unclaimed(work.work_id)
            # Nobody can begin it at this moment; a process that has begun says itself how it ended.
            if status.state == "queued" or not _is_carried_out(work, status):
                work.end(self.clock, "cancelled")

    def submit_lr_search(self, recipe: Recipe, dataset: Dataset) -> LrSearch:
        """Queues a search for a learning rate, unless the same one is queued, under way or done.
        Raises InputError when the weights are missing."""
        limits.check_work_allowed(self.runs_dir, recipe, dataset.root)
        find_weights(recipe.backbone, recipe.weights)
        search = find_lr_search(self.runs_dir, recipe, dataset)
        with files.locked(self.runs_dir / SUBMIT_LOCK):
            if not (
                self._is_active(search) or (search.exists() and search.status().state == "done")
            ):
                self._free_place(search)
                Queue(self.runs_dir).check_capacity()
                create_lr_search(search, recipe, dataset.root, self.clock)
                Queue(self.runs_dir).submit(search.work_id)
                ensure_worker(self.runs_dir)
        return search

    def submit_rescoring(self, run_ids: Iterable[str]) -> None:
        """Queues finished runs to be scored anew, but for those that wait for it already. Raises
        RunError when one is gone, not finished or without its weights; then none is queued."""
        visitors.refuse_visitor(self.runs_dir, "score_again")
        self._submit_rescorings([Rescoring.of(self.runs_dir, run_id) for run_id in run_ids])

    def submit_to_challenge(self, run_ids: Iterable[str]) -> None:
        """Queues finished runs to answer the challenge's photos, likewise, but before everything
        that waits: it takes a second or two each, and somebody looks on."""
        visitors.refuse_visitor(self.runs_dir, "challenge")
        trials = [ChallengeEvaluation.of(self.runs_dir, run_id) for run_id in run_ids]
        for trial in reversed(self._submit_rescorings(trials)):
            Queue(self.runs_dir).move(trial.work_id, "first")

    def _submit_rescorings(self, rescorings: Sequence[Rescoring]) -> list[Rescoring]:
        """Queues those that are not under way already; which ones."""
        with files.locked(self.runs_dir / SUBMIT_LOCK):
            new = [rescoring for rescoring in rescorings if not self._is_active(rescoring)]
            for rescoring in new:
                check_can_predict(rescoring.source_run())  # all before any is asked
            for rescoring in new:
                create_rescoring(rescoring, self.clock)
            for rescoring in new:
                self._free_place(rescoring)
                Queue(self.runs_dir).submit(rescoring.work_id)
            ensure_worker(self.runs_dir)
            return new

    def _is_active(self, work: Work) -> bool:
        """Whether a worker has it or will have it: whoever asked may have been killed before it was
        in the queue."""
        if not work.exists():
            return False
        mark_lost_work(work, self.clock)
        state = work.status().state
        entries = Queue(self.runs_dir).entries() if state == "queued" else ()
        return state == "running" or any(entry.work_id == work.work_id for entry in entries)

    def _free_place(self, work: Run) -> None:
        """A worker that was killed may have left its claim."""
        Queue(self.runs_dir).remove(work.work_id)

    def resume(self, run_id: str) -> None:
        run, queue = open_run(self.runs_dir, run_id), Queue(self.runs_dir)
        limits.check_work_allowed(self.runs_dir, run.recipe(), run.data_dir())
        with run.state_lock():
            if run.resumable():
                self._free_place(run)
            queue.check_capacity()
            run.requeue()
            queue.submit(run_id)
        ensure_worker(self.runs_dir)


def process_alive(pid: int | None) -> bool:
    """Whether a process of that id lives on this machine."""
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def mark_cancelled(run: Run, clock: Clock) -> None:
    """Writes the state `cancelled` into a run that has not ended."""
    with run.state_lock():
        if not run.status().ended:
            run.end(clock, "cancelled")


def mark_lost(run: Run, clock: Clock, process_dead: bool = False) -> bool:
    """Marks a run failed if it claims to be running but no process holds it; whether it did.

    How long it was silent says nothing: the machine may have slept. `process_dead`: the process
    that `status.pid` names is known to be gone, which counts where there is no lock to look at."""
    if not _is_lost(run, process_dead):
        return False
    with run.state_lock():
        if not _is_lost(run, process_dead):  # its process may have ended it well meanwhile
            return False
        run.end(clock, "failed", run.lost_process_text(run.status()))
    run.repair()
    return True


def _is_lost(run: Run, process_dead: bool) -> bool:
    if run.owned():  # looked at first: its process writes how it ended, then lets the lock go
        return False
    status = run.status()
    if status.place and not process_dead:
        return False  # a cluster has it: who follows that finds out, or a person gives it up
    return status.state == "running" and (process_dead or not _is_carried_out(run, status))


def _is_carried_out(run: Run, status: Status) -> bool:
    """Whether a process holds the run. One that began before there were locks has none: it counts
    as carried out while there is a process of its id."""
    return run.owned() if (run.path / OWNER_LOCK).exists() else process_alive(status.pid)


def give_up(run: Run, clock: Clock) -> None:
    """Ends a run whose cluster cannot be reached, so that it can be resumed. Raises RunError."""
    with run.state_lock():
        status = run.status()
        if status.place and status.state == "running":
            words = N_("given up because its cluster could not be reached; it can be resumed")
            run.end(clock, "failed", words)


def mark_lost_runs(runs_dir: Path, run_ids: Iterable[str], clock: Clock) -> bool:
    """Looks whether runs that claim to be running still are; whether one was found lost."""
    lost = False
    for run_id in run_ids:
        with suppress(RunError):  # deleted or damaged since, or it cannot be written
            lost |= mark_lost(open_run(runs_dir, run_id), clock)
    return lost


def mark_lost_work(work: Work, clock: Clock) -> bool:
    """Whether a search or rescoring that claims to be under way was found lost (and marked failed):
    only the worker carries these out, so without one they are gone."""
    with suppress(RunError):  # deleted or damaged since, or it cannot be written
        return mark_lost(work, clock, process_dead=not worker_alive(work.runs_dir))
    return False


def running_work_id(runs_dir: Path) -> str | None:
    """The run, search, rescoring or trial that some process carries out now, if any; not only the
    worker's."""
    kinds: tuple[type[Work], ...] = (LrSearch, Rescoring, ChallengeEvaluation)
    others = [work for kind in kinds for work in kind.find_all(runs_dir)]
    for run in [*find_runs(runs_dir), *others]:
        with suppress(RunError):
            status = run.status()
            if status.state == "running" and _is_carried_out(run, status):
                return run.id
    return None


def recover_queue(runs_dir: Path, clock: Clock) -> list[str]:
    """Mends what workers that were killed left behind; call it only while holding a lock, and
    while carrying nothing out.

    Runs that were under way are marked failed (their folder keeps every finished epoch and can be
    resumed); runs that wait keep their place. Returns the ids of the failed ones."""
    queue, failed = Queue(runs_dir), []
    on_cluster = read_worker_settings(runs_dir).executor == "ray"
    entries = queue.entries()
    # Looked at after the entries: whoever claims one holds a lock before.
    others = {pid for pid in worker_pids(runs_dir) if pid != os.getpid()}
    for entry in entries:
        if entry.worker_pid in others:
            continue
        try:
            run = open_work(runs_dir, entry.work_id)
            if on_cluster and run.status().place and not run.status().ended:
                continue  # who follows the cluster asks it first
            mine = entry.worker_pid is not None and run.status().pid == entry.worker_pid
            lost = mark_lost(run, clock, process_dead=mine)
            with run.state_lock():
                if run.status().ended:
                    queue.remove(entry.work_id)
                elif entry.worker_pid is not None and run.status().phase == LOADING:
                    run.end(clock, "failed", not_loaded_text(N_("killed")))
                    queue.remove(entry.work_id)
                    lost = True
                elif entry.worker_pid is not None:  # it had not begun
                    queue.release(entry.work_id, entry.worker_pid)
        except RunError:
            queue.remove(entry.work_id)  # the folder was deleted or cannot be read
            continue
        if lost:
            failed.append(entry.work_id)
    return failed


@contextmanager
def loading_torch(run: Run, clock: Clock) -> Iterator[None]:
    """For a worker that loads torch to carry a run out. With too little memory that raises
    anything, or the system kills the process: the run, which has not begun, says so beforehand, so
    that the next worker ends it (`recover_queue`). Raises RunError where it cannot be loaded."""
    with run.state_lock():
        if run.status().state == "queued":
            run.update_status(phase=LOADING)
    try:
        yield
    except (ImportError, MemoryError, OSError, RuntimeError, SystemError) as error:
        words = not_loaded_text(" ".join(f"{type(error).__name__}: {error}".split())[:120])
        with run.state_lock():
            if run.status().state == "queued":
                run.end(clock, "failed", words)
        raise RunError(words) from None


def not_loaded_text(reason: str) -> str:
    """One line for a run for which torch could not be loaded."""
    return N_(
        "cannot load torch ({reason}): give the machine or container more memory (training "
        "takes 2 GB), then resume the run"
    ).format(reason=reason)


@contextmanager
def worker_lock(runs_dir: Path) -> Iterator[int]:
    """Holds the lock of the first free place for a worker; yields its number, from 1, or 0 when
    other processes have all."""
    root, places = shared_root_of(runs_dir), read_worker_settings(runs_dir).places()
    with ExitStack() as held:
        with naming_os_errors(runs_dir):
            root.mkdir(parents=True, exist_ok=True)
            for place in range(1, places + 1):
                path = root / (LOCK_FILE if place == 1 else f"worker-{place}.lock")
                if place < places and files.is_locked(path):
                    continue
                if held.enter_context(files.hold_lock(path)):
                    break
            else:
                place = 0
        yield place


def worker_locks(runs_dir: Path) -> list[Path]:
    """The workers' lock files, held or not, by place."""
    root = shared_root_of(runs_dir)
    return sorted(root.glob("worker*.lock"), key=lambda path: (len(path.name), path.name))


def worker_alive(runs_dir: Path) -> bool:
    """Whether a worker process is serving this folder."""
    return any(map(files.is_locked, worker_locks(runs_dir)))


def worker_pids(runs_dir: Path) -> list[int]:
    """The processes that serve this folder."""
    pids = map(files.lock_holder, worker_locks(runs_dir))
    found = [pid for pid in pids if pid is not None]
    _served.update(found)
    return found


def ensure_worker(runs_dir: Path, wait_seconds: float = 0) -> None:
    """Starts detached workers, as many as are wanted for what the queue holds and not there; with
    `wait_seconds`, waits for one to be up. Raises DemoError in a demo where nobody trains."""
    if not demo_mode.is_training_allowed():
        raise demo_mode.DemoError(limits.limits_text())
    root = shared_root_of(runs_dir).resolve()
    settings = read_worker_settings(root)
    check_executor(settings)
    wanted = settings.places()  # for a cluster: who follows it, and who does the rest here
    if settings.executor == "local":
        wanted = min(wanted, max(1, Queue(root).length()))
    alive = len(worker_pids(root))
    coming = _count_starting(root)
    for _place in range(alive + coming, wanted):
        start_worker(root)
    deadline = time.monotonic() + wait_seconds
    while time.monotonic() < deadline and not worker_pids(root):
        time.sleep(0.05)


def _count_starting(root: Path) -> int:
    """Workers that were started here and have not held a lock yet: a lock's file keeps the id of
    the last process that held it."""
    _started[:] = [(place, process) for place, process in _started if process.poll() is None]
    for path in worker_locks(root):
        with suppress(OSError, ValueError):
            _served.add(int(path.read_text("utf-8")))
    return sum(place == root and process.pid not in _served for place, process in _started)


def start_worker(root: Path) -> None:
    """Starts one detached worker of a shared folder of runs."""
    root.mkdir(parents=True, exist_ok=True)
    _started.append((root, start_detached("worker", root)))
