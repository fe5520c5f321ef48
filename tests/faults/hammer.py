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
from core.jobs.local import LocalExecutor, find_lost
from core.jobs.queue import Queue
from core.jobs.worker import carry_out, work
from core.store.annotations import annotate
from core.store.index import RunIndex
from core.store.run import open_run
from core.store.status import utc_now
from core.store.trash import delete_runs, deleted_runs, restore_run
from tests.faults.campaign import Campaign
from tests.faults.inject import in_child
from tests.faults.invariants import broken, differences
from tests.faults.lives import World, later, tiny_recipe
from tests.waiting import wait_for

DASHBOARDS, SESSIONS, WORKERS = 2, 2, 2
MOST_WAITING = 4  # a run is launched while fewer wait: training is what takes the time
_FORK = multiprocessing.get_context("fork")


class Hammer:
    """What the processes share: the folder, the end, and what they have to tell."""

    def __init__(self, world: World, seed: int, notes: Path) -> None:
        self.world, self.seed, self.notes = world, seed, notes
        self._told, self._over = notes / "told", notes / "over"

    def tell(self, what: str, words: str | int = 1) -> None:
        """A line in one write: a process that is killed holds nothing that others wait for."""
        with self._told.open("a", encoding="utf-8") as file:
            file.write(json.dumps([what, words]) + "\n")

    def told(self) -> tuple[Counter[str], list[str]]:
        """How often each thing was done so far, and the problems."""
        lines = self._told.read_text("utf-8").splitlines() if self._told.exists() else []
        done, problems = Counter[str](), []
        for what, words in map(json.loads, lines):
            if what == "problem":
                problems.append(words)
            else:
                done[what] += words
        return done, problems

    def end(self) -> None:
        self._over.touch()

    def going_on(self) -> bool:
        return not self._over.exists()


def hammer(campaign: Campaign, kills: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Goes on until so many workers were killed, each once it or the other had begun something.
    Returns how often each thing was done, and what does not hold afterwards."""
    with campaign.world() as world:
        shared = Hammer(world, seed, Path(tempfile.mkdtemp(dir=campaign.folder)))
        people = [_started(_dashboard, shared, number) for number in range(DASHBOARDS)]
        workers = [_started(_worker, shared, number) for number in range(WORKERS)]
        try:
            _kill_now_and_then(shared, workers, kills)
        finally:
            shared.end()
            for process in (*people, *workers):
                process.join()
        done, problems = shared.told()
        return done, problems + _afterwards(world, done["launch"])


def _started(what: Callable[[Hammer, int], None], shared: Hammer, number: int) -> Any:
    process = _FORK.Process(target=what, args=(shared, number))
    process.start()
    return process


def _kill_now_and_then(shared: Hammer, workers: list[Any], kills: int) -> None:
    """SIGKILL to a worker at random moments; another one takes its place."""
    draw = random.Random(shared.seed)

    def begun() -> int:
        return shared.told()[0]["begin"]

    for _ in range(kills):
        before = begun()
        wait_for(partial(lambda seen: begun() > seen, before), "no worker begins anything")
        time.sleep(draw.uniform(0, 1))
        place = draw.randrange(len(workers))
        workers[place].kill()
        workers[place].join()
        workers[place] = _started(_worker, shared, place)
        shared.tell("kill a worker")


# --- a worker -------------------------------------------------------------------------------------


def _worker(shared: Hammer, number: int) -> None:
    """Serves the folder whenever no other does, one run at a time."""

    def alone(runs_dir: Path, run_id: str, clock: Any) -> None:
        with (shared.notes / "at-work").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                shared.tell("problem", "two workers carry something out at once")
            shared.tell("begin")
            carry_out(runs_dir, run_id, clock)
            shared.tell("carry out")

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with patch("core.jobs.worker.carry_out", alone):
        while shared.going_on():
            try:
                work(shared.world.runs_dir, utc_now, 0.2)
            except Exception:
                shared.tell("problem", traceback.format_exc())
            time.sleep(0.05)


# --- a dashboard ----------------------------------------------------------------------------------


def _dashboard(shared: Hammer, number: int) -> None:
    """Several sessions of one process, each a thread, as Streamlit has them."""
    sessions = [
        Thread(target=_session, args=(shared, 10 * number + session)) for session in range(SESSIONS)
    ]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()


def _session(shared: Hammer, number: int) -> None:
    draw, done = random.Random(f"{shared.seed}-{number}"), Counter[str]()
    person = _Person(shared.world, draw, f"tag-{number}")
    while shared.going_on() or not done["look"]:
        act = draw.choice(person.acts)
        try:
            done[act.__name__.strip("_").replace("_", " ")] += act()
        except InputError:
            done["told that it cannot be"] += 1  # another was quicker
        except Exception:
            shared.tell("problem", traceback.format_exc())
        time.sleep(draw.uniform(0, 0.05))
    for what, count in done.items():
        shared.tell(what, count)


class _Person:
    """Does this and that, by what pages call; each returns whether there was anything to do."""

    def __init__(self, world: World, draw: random.Random, tag: str) -> None:
        self.runs_dir, self.data, self.draw, self.tag = world.runs_dir, world.data, draw, tag
        self.executor = LocalExecutor(world.runs_dir)
        self.index = RunIndex(world.runs_dir)
        self.acts = (
            self.launch,
            self.cancel,
            self.resume,
            self.star,
            self.rename,
            self.delete,
            self.undo,
            self.reorder,
            self.look,
            self.look,
            self.score_again,
        )

    def launch(self) -> bool:
        if len(Queue(self.runs_dir).entries()) >= MOST_WAITING:
            return False
        self.executor.submit(tiny_recipe(), self.data)
        return True

    def look(self) -> bool:
        rows = self.index.rows()
        find_lost(self.runs_dir, [r.id for r in rows if r.status.state == "running"], utc_now)
        return True

    def cancel(self) -> bool:
        if self.draw.random() < 0.7:
            return False
        return self._with("queued", "running", act=self.executor.cancel)

    def resume(self) -> bool:
        return self._with("failed", "cancelled", act=self.executor.resume)

    def star(self) -> bool:
        starred = self.draw.random() < 0.5
        return self._with(act=lambda id_: annotate(open_run(self.runs_dir, id_), starred=starred))

    def rename(self) -> bool:
        name = f"run {self.draw.randrange(100)}"
        tags = {("add_tags", "remove_tags")[self.draw.random() < 0.5]: [self.tag]}
        return self._with(act=lambda id_: annotate(open_run(self.runs_dir, id_), name=name, **tags))

    def delete(self) -> bool:
        return self._with(act=lambda id_: delete_runs(self.runs_dir, [id_], utc_now))

    def undo(self) -> bool:
        return self._do(
            [run.id for run in deleted_runs(self.runs_dir)],
            lambda id_: restore_run(self.runs_dir, id_),
        )

    def reorder(self) -> bool:
        waiting = [entry.run for entry in Queue(self.runs_dir).entries()]
        to = self.draw.choice(("first", "up", "down"))
        return self._do(waiting, lambda id_: Queue(self.runs_dir).move(id_, to))

    def score_again(self) -> bool:
        if self.draw.random() < 0.8:
            return False
        return self._with("done", act=lambda id_: self.executor.score_again([id_]))

    def _with(self, *states: str, act: Callable[[str], object]) -> bool:
        rows = self.index.rows()
        return self._do([r.id for r in rows if not states or r.status.state in states], act)

    def _do(self, ids: list[str], act: Callable[[str], object]) -> bool:
        if not ids:
            return False
        act(self.draw.choice(ids))
        return True


# --- afterwards -----------------------------------------------------------------------------------


def _afterwards(world: World, launched: int) -> list[str]:
    """Everything is brought to its end; then nothing may be missing, false or different."""
    runs_dir = world.runs_dir
    found = broken(runs_dir, world.kept, settled=False)
    for run in deleted_runs(runs_dir):
        restore_run(runs_dir, run.id)
    for _ in range(2):
        outcome = in_child(lambda: work(runs_dir, later, 0.05), runs_dir)
        if outcome.ending != "done":
            found.append(f"the last worker {outcome.ending}: {outcome.said}")
        entries = {entry.run for entry in Queue(runs_dir).entries()}
        for run in world.others():
            if run.resumable():
                world.executor.resume(run.id)
            elif run.status().state == "queued" and run.id not in entries:
                Queue(runs_dir).submit(run.id)
    others = world.others()
    if len(others) != launched:
        found.append(f"{len(others)} runs, of {launched} that were launched")
    found += broken(runs_dir, world.kept, settled=True)
    for run in others:
        if run.status().state != "done":
            found.append(f"a run is {run.status().state}: {run.status().error}")
        found += differences(run, world.undisturbed)
    return found
