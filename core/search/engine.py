"""Carries searches on: a process of its own, one per folder of runs, that only queues trainings and
notes how they ended. What it does next follows from the journal and the runs that exist, so that it
may be killed at any moment; whoever looks at a search (or a server that starts) starts it again.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from core.base.errors import InputError, RunError
from core.base.language import N_
from core.data.dataset_names import VALIDATION
from core.evaluate.paired import photo_of
from core.evaluate.scores import answers_by_photo, mean_over_families
from core.jobs.detached import DetachedProcess
from core.jobs.local import LocalExecutor, ensure_worker, mark_lost, worker_alive
from core.jobs.queue import Queue
from core.jobs.stop_worker import stop_requested
from core.recipe.files import recipe_dict
from core.search.confirmation import compare
from core.search.neighbours import can_propose, importance, propose
from core.search.racing import PhotoScores, choose, next_trainings
from core.search.search import Search, Training, find_searches, open_search
from core.search.space import SHIFTED
from core.store.annotations import annotate
from core.store.run import Run, Trial, create_run, new_run_id, open_run
from core.store.status import Clock, Status, worked_seconds

COMMAND = "search-engine"
POLL_SECONDS = 0.5
WORKER_SECONDS = 15.0  # that a worker is given to come up
_MAX_STARTS = 20  # of a run whose worker dies before it begins
_AHEAD = 2  # trainings in the queue at a time, so that the worker never waits for a decision


@dataclass
class Memory:
    """What the process knows itself. created: runs that it has made or met; another that is not
    there was never made. worker_started: when it last started a worker."""

    created: set[str] = field(default_factory=set)
    worker_started: float = float("-inf")

    def start_worker(self, runs_dir: Path) -> None:
        if time.monotonic() - self.worker_started > WORKER_SECONDS:
            self.worker_started = time.monotonic()
            ensure_worker(runs_dir)


def ensure_engine(runs_dir: Path) -> None:
    """Starts the process where a search is to go on and none carries it on."""
    if any(True for _ in active_searches(runs_dir)):
        DetachedProcess(COMMAND, runs_dir).start()


def run_engine(runs_dir: Path, clock: Clock) -> bool:
    """Carries every search on to its end; False where another process does. `search-engine`."""
    process = DetachedProcess(COMMAND, runs_dir)
    while True:
        with process.hold_lock() as mine:
            if not mine:
                return False
            memory = Memory()
            while searches := list(active_searches(runs_dir)):
                for search in searches:
                    _advance_or_stop(search, clock, memory)
                time.sleep(POLL_SECONDS)
        # Somebody may have begun one after the last look, and have seen this process alive.
        if not any(True for _ in active_searches(runs_dir)):
            return True


def active_searches(runs_dir: Path) -> Iterator[Search]:
    """Those that are to go on; damaged ones are passed over."""
    for search_id in find_searches(runs_dir):
        with suppress(RunError):
            search = open_search(runs_dir, search_id)
            if search.active:
                yield search


def _advance_or_stop(search: Search, clock: Clock, memory: Memory) -> None:
    try:
        advance(search, clock, memory)
    except InputError as error:  # such as photos that are gone: nothing else would end otherwise
        with suppress(RunError):
            stop(search, clock, str(error))


def advance(search: Search, clock: Clock, memory: Memory) -> None:
    """One look: notes what ended, goes on with what was lost, queues what is next."""
    for training in search.trainings:
        if training.pending:
            _look_at(search, training, clock, memory)
    search = open_search(search.runs_dir, search.id)
    pending = [training for training in search.trainings if training.pending]
    if pending and not worker_alive(search.runs_dir) and not stop_requested(search.runs_dir):
        memory.start_worker(search.runs_dir)
    if search.names[0] in search.failed:
        problem = next(t.error for t in search.trainings if t.error and t.name == search.names[0])
        stop(search, clock, problem)
    elif search.chosen is None:
        _race(search, pending, clock, memory)
    else:
        _confirm(search, pending, clock, memory)


def stop(search: Search, clock: Clock, problem: str = "") -> None:
    """Stops a search and the training under way, which keeps its epochs."""
    runs = [training.run for training in search.trainings if training.pending]
    search.note(clock, "stopped", runs=runs, problem=problem)
    for run in runs:
        with suppress(RunError):
            LocalExecutor(search.runs_dir, clock).cancel(run)


def resume(search: Search, clock: Clock) -> None:
    """Lets a stopped search go on."""
    if search.answer is not None:
        raise RunError(N_("{id}: the search has already finished", id=search.id))
    if search.stopped:
        search.note(clock, "resumed")
    ensure_engine(search.runs_dir)


def _look_at(search: Search, training: Training, clock: Clock, memory: Memory) -> None:
    """What became of a training that was begun."""
    try:
        run = open_run(search.runs_dir, training.run)
    except RunError:
        if training.run in memory.created:
            search.note(clock, "failed", run=training.run, error=N_("deleted"))
        else:  # killed before it was made
            _create(search, training, clock, memory)
        return
    memory.created.add(training.run)
    mark_lost(run, clock)
    status = run.status()
    if status.state == "queued":
        entries = Queue(search.runs_dir).entries()
        if all(entry.work_id != run.id for entry in entries):  # killed before it was queued
            _submit(search, run)
    elif status.state == "done":
        by = _objective(search, training)
        seconds = round(worked_seconds(status), 1)
        search.note(clock, "finished", run=run.id, photos=read_scores(run, by), seconds=seconds)
    elif status.state == "cancelled" and run.id not in search.paused_runs:
        search.note(clock, "failed", run=run.id, error="")
    elif search.retries.get((run.id, status.error or ""), 0) >= _retries(status) > 0:
        search.note(clock, "failed", run=run.id, error=status.error)
    elif status.state in ("failed", "cancelled"):
        LocalExecutor(search.runs_dir, clock).resume(run.id)
        search.note(clock, "retried", run=run.id, error=status.error or "")


def _retries(status: Status) -> int:
    """How often a run is tried again that ends alike each time, as one does whose recipe is at
    fault, and one that was killed does not: the lines name processes. One that had not begun is
    not at fault; one that was stopped goes on whenever it is asked to."""
    if status.state != "failed":
        return 0
    return 1 if status.started else _MAX_STARTS


def _begin(
    search: Search, name: str, repeat: int, confirms: bool, clock: Clock, memory: Memory
) -> None:
    if not open_search(search.runs_dir, search.id).active:  # stopped this moment
        return
    recipe = search.repeated(name, repeat, confirms)
    training = Training(new_run_id(recipe, clock), name, repeat, confirms)
    facts = {"run": training.run, "name": name, "repeat": repeat, "confirms": confirms}
    search.note(clock, "begun", **facts)  # first: a run that nobody knows would be made again
    _create(search, training, clock, memory)


def _create(search: Search, training: Training, clock: Clock, memory: Memory) -> None:
    objective = _objective(search, training)
    sets = () if objective == SHIFTED else (objective,)
    # Of the two that are compared in the end one run each is whole: class maps and diagnosis.
    trial = Trial(search.id, not (training.confirms and training.repeat == 0), sets)
    recipe = search.repeated(training.name, training.repeat, training.confirms)
    run = create_run(search.runs_dir, recipe, search.data_dir, clock, training.run, trial)
    memory.created.add(run.id)
    _submit(search, run)


def _submit(search: Search, run: Run) -> None:
    annotate(run, add_tags=[search.tag])
    Queue(search.runs_dir).submit(run.id)


def _objective(search: Search, training: Training) -> str:
    """What a training is read from."""
    asked = search.request
    return (asked.confirm_set or SHIFTED) if training.confirms else asked.space.objective


def read_scores(run: Run, objective: str) -> PhotoScores:
    """A finished training's score and loss by photo: over the families of shifted views that count,
    over validation photos themselves where none counts, or over a test set's photos, by their
    objects where it has labelled ones. Raises RunError where the run does not hold them."""
    summary = run.summary() or {}
    counted = (summary.get("shifted") or {}).get("counted", ())
    if objective == SHIFTED and counted:
        found = mean_over_families(answers_by_photo(run.shifted()), counted)
    else:
        frame, name = run.predictions(), VALIDATION if objective == SHIFTED else objective
        if frame.empty:
            frame = pd.DataFrame(columns=["split", "primary", "file"])
        rows = frame[(frame["split"] == f"{name}/objects") & (frame["primary"] != "")]
        if rows.empty:
            rows = frame[(frame["split"] == name) & (frame["primary"] != "")]
        rows = rows.assign(family="", file=rows["file"].map(photo_of))
        found = mean_over_families(answers_by_photo(rows), [""]) if len(rows) else pd.DataFrame()
    if found.empty:
        raise RunError(N_("{run}: has no predictions on {name}", run=run.id, name=objective))
    pairs = zip(found["right"], found["loss"], strict=True)
    return {
        str(file): (round(float(right), 4), round(float(loss), 4))
        for file, (right, loss) in zip(found.index, pairs, strict=True)
    }


def _race(search: Search, pending: list[Training], clock: Clock, memory: Memory) -> None:
    if room_left(search):
        asked = [(training.name, training.repeat) for training in pending]
        room = _AHEAD - len(pending)
        if search.request.minutes is None:
            room = min(room, search.request.plan.racing - len(search.trainings))
        names = search.racing_names
        found = next_trainings(search.results, names, search.repeats, asked, max(0, room))
        for name, repeat in found:
            _begin(search, name, repeat, False, clock, memory)
        if found or pending:
            return
        if can_propose(search) and (proposed := propose(search)):
            name, recipe = proposed
            search.note(clock, "proposed", name=name, recipe=recipe_dict(recipe))
            return
    if not pending:
        if values := importance(search):
            search.note(clock, "importance", values=values)
        search.note(clock, "chosen", name=choose(search.results, search.racing_names))


def room_left(search: Search) -> bool:
    """Whether the budget allows another training of the race."""
    plan, races = search.request.plan, [t for t in search.trainings if not t.confirms]
    if search.request.minutes is None:
        return len(races) < plan.racing
    done = [training for training in races if training.scores is not None]
    each = sum(t.seconds for t in done) / len(done) if done else plan.seconds
    under_way = sum(training.pending for training in races)
    after = search.spent_seconds + (under_way + 1 + 2 * plan.confirms) * each
    return after <= 60 * search.request.minutes


def _confirm(search: Search, pending: list[Training], clock: Clock, memory: Memory) -> None:
    base, chosen = search.names[0], str(search.chosen)
    if chosen == base:
        search.note(clock, "answer", **compare(search))
        return
    confirming = [training for training in search.trainings if training.confirms]
    there = {(training.name, training.repeat) for training in confirming}
    for repeat in range(search.request.plan.confirms):
        for name in (base, chosen):
            if (name, repeat) not in there and len(pending) < _AHEAD:
                _begin(search, name, repeat, True, clock, memory)
                return
    if not pending:
        search.note(clock, "answer", **compare(search))
