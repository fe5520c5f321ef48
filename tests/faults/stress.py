"""Two dashboards and two workers on one folder of runs, all at once, and now and then a worker is
killed."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

from core.base.errors import InputError
from core.jobs.local import LocalExecutor, mark_lost_runs
from core.jobs.queue import Queue
from core.jobs.worker import run_work, run_worker
from core.store.annotations import annotate
from core.store.index import RunIndex
from core.store.run import open_run
from core.store.status import utc_now
from core.store.trash import delete_runs, deleted_runs, restore_run
from tests.faults.campaign import Campaign
from tests.faults.inject import run_in_fork
from tests.faults.invariants import differences, find_violations
from tests.faults.scenarios import Workspace, later_clock, tiny_recipe
from tests.waiting import wait_for

DASHBOARDS, SESSIONS, WORKERS = 2, 2, 2
MOST_WAITING = 3  # a run is launched while fewer wait: training is what takes the time
_FORK = multiprocessing.get_context("fork")


class SharedState:
    """What the processes share: the folder, the end, and what they have to tell."""

    def __init__(self, workspace: Workspace, seed: int, notes: Path) -> None:
        self.workspace, self.seed, self.notes = workspace, seed, notes
        self._log_file, self._stop_file = notes / "told", notes / "over"

    def log(self, what: str, words: str | int = 1) -> None:
        """A line in one write: a process that is killed holds nothing that others wait for."""
        with self._log_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([what, words]) + "\n")

    def read_log(self) -> tuple[Counter[str], list[str]]:
        """How often each thing was done so far, and the problems."""
        lines = self._log_file.read_text("utf-8").splitlines() if self._log_file.exists() else []
        done, problems = Counter[str](), []
        for what, words in map(json.loads, lines):
            if what == "problem":
                problems.append(words)
            else:
                done[what] += words
        return done, problems

    def stop(self) -> None:
        self._stop_file.touch()

    def running(self) -> bool:
        return not self._stop_file.exists()


def run_stress(campaign: Campaign, kills: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Goes on until so many workers were killed, each once it or the other had begun something.
    Returns how often each thing was done, and what does not hold afterwards."""
    with campaign.workspace() as workspace:
        shared = SharedState(workspace, seed, Path(tempfile.mkdtemp(dir=campaign.folder)))
        people = [_start_process(_dashboard, shared, number) for number in range(DASHBOARDS)]
        workers = [_start_process(_worker, shared, number) for number in range(WORKERS)]
        try:
            _kill_workers(shared, workers, kills)
        finally:
            shared.stop()
            for process in (*people, *workers):
                process.join()
        done, problems = shared.read_log()
        return done, problems + _verify_end_state(workspace, done["launch"])


def _start_process(
    what: Callable[[SharedState, int], None], shared: SharedState, number: int
) -> Any:
    process = _FORK.Process(target=what, args=(shared, number))
    process.start()
    return process


def _kill_workers(shared: SharedState, workers: list[Any], kills: int) -> None:
    """SIGKILL to a worker at random moments; another one takes its place."""
    draw = random.Random(shared.seed)

    def begun() -> int:
        return shared.read_log()[0]["begin"]

    for _ in range(kills):
        before = begun()
        wait_for(partial(lambda seen: begun() > seen, before), "no worker begins anything")
        time.sleep(draw.uniform(0, 1))
        place = draw.randrange(len(workers))
        workers[place].kill()
        workers[place].join()
        workers[place] = _start_process(_worker, shared, place)
        shared.log("kill a worker")


# --- a worker -------------------------------------------------------------------------------------


def _worker(shared: SharedState, number: int) -> None:
    """Serves the folder whenever no other does, one run at a time."""

    def alone(runs_dir: Path, run_id: str, clock: Any) -> None:
        with (shared.notes / "at-work").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                shared.log("problem", "two workers carry something out at once")
            shared.log("begin")
            run_work(runs_dir, run_id, clock)
            shared.log("carry out")

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with patch("core.jobs.worker.run_work", alone):
        while shared.running():
            try:
                run_worker(shared.workspace.runs_dir, utc_now, 0.2)
            except Exception:
                shared.log("problem", traceback.format_exc())
            time.sleep(0.05)


# --- a dashboard ----------------------------------------------------------------------------------


def _dashboard(shared: SharedState, number: int) -> None:
    """Several sessions of one process, each a thread, as Streamlit has them."""
    sessions = [
        Thread(target=_session, args=(shared, 10 * number + session)) for session in range(SESSIONS)
    ]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()


def _session(shared: SharedState, number: int) -> None:
    draw, done = random.Random(f"{shared.seed}-{number}"), Counter[str]()
    person = _SimulatedUser(shared.workspace, draw, f"tag-{number}")
    while shared.running() or not done["refresh"]:
        act = draw.choice(person.acts)
        try:
            done[act.__name__.strip("_").replace("_", " ")] += act()
        except InputError:
            done["told that it cannot be"] += 1  # another was quicker
        except Exception:
            shared.log("problem", traceback.format_exc())
        time.sleep(draw.uniform(0, 0.05))
    for what, count in done.items():
        shared.log(what, count)


class _SimulatedUser:
    """Does this and that, by what pages call; each returns whether there was anything to do."""

    def __init__(self, workspace: Workspace, rng: random.Random, tag: str) -> None:
        self.runs_dir, self.data, self.rng, self.tag = workspace.runs_dir, workspace.data, rng, tag
        self.executor = LocalExecutor(workspace.runs_dir)
        self.index = RunIndex(workspace.runs_dir)
        self.acts = (
            self.launch,
            self.cancel,
            self.resume,
            self.star,
            self.rename,
            self.delete,
            self.undo,
            self.reorder,
            self.refresh,
            self.refresh,
            self.score_again,
        )

    def launch(self) -> bool:
        if len(Queue(self.runs_dir).entries()) >= MOST_WAITING:
            return False
        self.executor.submit(tiny_recipe(), self.data)
        return True

    def refresh(self) -> bool:
        rows = self.index.rows()
        mark_lost_runs(self.runs_dir, [r.id for r in rows if r.status.state == "running"], utc_now)
        return True

    def cancel(self) -> bool:
        if self.rng.random() < 0.7:
            return False
        return self._apply_to_state("queued", "running", act=self.executor.cancel)

    def resume(self) -> bool:
        return self._apply_to_state("failed", "cancelled", act=self.executor.resume)

    def star(self) -> bool:
        starred = self.rng.random() < 0.5
        return self._apply_to_state(
            act=lambda id_: annotate(open_run(self.runs_dir, id_), starred=starred)
        )

    def rename(self) -> bool:
        name = f"run {self.rng.randrange(100)}"
        tags = {("add_tags", "remove_tags")[self.rng.random() < 0.5]: [self.tag]}
        return self._apply_to_state(
            act=lambda id_: annotate(open_run(self.runs_dir, id_), name=name, **tags)
        )

    def delete(self) -> bool:
        return self._apply_to_state(act=lambda id_: delete_runs(self.runs_dir, [id_], utc_now))

    def undo(self) -> bool:
        return self._apply_to_any(
            [run.id for run in deleted_runs(self.runs_dir)],
            lambda id_: restore_run(self.runs_dir, id_),
        )

    def reorder(self) -> bool:
        waiting = [entry.work_id for entry in Queue(self.runs_dir).entries()]
        to = self.rng.choice(("first", "up", "down"))
        return self._apply_to_any(waiting, lambda id_: Queue(self.runs_dir).move(id_, to))

    def score_again(self) -> bool:
        if self.rng.random() < 0.8:
            return False
        return self._apply_to_state("done", act=lambda id_: self.executor.submit_rescoring([id_]))

    def _apply_to_state(self, *states: str, act: Callable[[str], object]) -> bool:
        rows = self.index.rows()
        return self._apply_to_any(
            [r.id for r in rows if not states or r.status.state in states], act
        )

    def _apply_to_any(self, ids: list[str], act: Callable[[str], object]) -> bool:
        if not ids:
            return False
        act(self.rng.choice(ids))
        return True


# --- afterwards -----------------------------------------------------------------------------------


def _verify_end_state(workspace: Workspace, launched: int) -> list[str]:
    """Everything is brought to its end; then nothing may be missing, false or different."""
    runs_dir = workspace.runs_dir
    found = find_violations(runs_dir, workspace.protected_run, after_worker=False)
    for run in deleted_runs(runs_dir):
        restore_run(runs_dir, run.id)
    for _ in range(2):
        outcome = run_in_fork(lambda: run_worker(runs_dir, later_clock, 0.05), runs_dir)
        if outcome.ending != "done":
            found.append(f"the last worker {outcome.ending}: {outcome.message}")
        entries = {entry.work_id for entry in Queue(runs_dir).entries()}
        for run in workspace.other_runs():
            if run.resumable():
                workspace.executor.resume(run.id)
            elif run.status().state == "queued" and run.id not in entries:
                Queue(runs_dir).submit(run.id)
    others = workspace.other_runs()
    if len(others) != launched:
        found.append(f"{len(others)} runs, of {launched} that were launched")
    found += find_violations(runs_dir, workspace.protected_run, after_worker=True)
    for run in others:
        if run.status().state != "done":
            found.append(f"a run is {run.status().state}: {run.status().error}")
        found += differences(run, workspace.undisturbed)
    return found
