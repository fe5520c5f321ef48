"""When the runs in the queue are expected to begin and to end: arithmetic over estimates. Each
waiting one begins when the first of the workers is free."""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from core.base.errors import InputError
from core.base.files import quick_fingerprint
from core.base.language import _
from core.data.challenge_photos import CHALLENGE_FOLDER
from core.data.dataset import read_dataset
from core.jobs.queue import Queue
from core.jobs.worker_settings import read_cluster_state, read_worker_settings
from core.store.lr_finder import SEARCH_FOLDER, LrSearch, open_work
from core.store.rescoring import RESCORING_FOLDER, Rescoring
from core.store.run import Run
from core.store.status import Status, time_left
from core.train.estimate import TRAINING_PARTS, count_photos, estimate, timing_path

MAX_FORECAST = 200  # entries of a longer queue are not looked at: each is two files to read
_SETUP_PARTS = ("photos", "features")  # parts of an estimate that come before the first epoch


@dataclass(frozen=True)
class QueueForecast:
    """An entry of the queue. `name`: the run's, a search's, or of the run that is scored again.
    `begins`, `ends`: seconds from now, None when nobody knows; of what is under way, `begins` is
    0."""

    work_id: str
    name: str
    status: Status
    starts_in: float | None
    ends_in: float | None


def entry_text(work_id: str, labels: Mapping[str, str]) -> str:
    """What an entry of the queue is, in words. labels: the runs' names by id."""
    folder, __, id_ = work_id.rpartition("/")
    if folder == SEARCH_FOLDER:
        return _("learning rate search")
    name = labels.get(id_, id_)
    if folder == CHALLENGE_FOLDER:
        return _("{name}: challenge evaluation", name=name)
    return _("{name}: rescoring", name=name) if folder == RESCORING_FOLDER else name


def forecast_queue(runs_dir: Path, now: datetime) -> list[QueueForecast]:
    """The queue in its order, what is under way first, the first MAX_FORECAST entries. Those whose
    folder is gone are left out. Raises RunError when the queue cannot be read."""
    entries = sorted(Queue(runs_dir).entries(), key=lambda entry: entry.worker_pid is None)
    claimed = sum(entry.worker_pid is not None for entry in entries)
    # When each worker is free; inf where nobody knows.
    settings = read_worker_settings(runs_dir)
    on_cluster = settings.executor == "ray"
    places = read_cluster_state(runs_dir).places() if on_cluster else settings.places()
    free = [0.0] * max(claimed, places, 1)
    found: list[QueueForecast] = []
    for entry in entries[:MAX_FORECAST]:
        try:
            work = open_work(runs_dir, entry.work_id)
            status = work.status()
            name = (work.source_run() if isinstance(work, Rescoring) else work).recipe().name
        except InputError:
            continue
        left = seconds_left(work, status, now)
        if status.ended:
            continue  # lost with its worker; the next one takes it out
        begins = heapq.heappop(free)
        ends = begins + (math.inf if left is None else left)
        heapq.heappush(free, ends)
        times = [None if time == math.inf else time for time in (begins, ends)]
        found.append(QueueForecast(entry.work_id, name, status, *times))
    return found


def seconds_left(work: Run, status: Status, now: datetime) -> float | None:
    """Until a run is done, counted from when it begins if it waits; None when nobody knows, as
    when it takes longer than was thought."""
    if status.ended or isinstance(work, LrSearch | Rescoring):
        return None
    parts = _estimate_parts(work)
    if not parts:
        return time_left(status, now)
    training = sum(parts.get(name, 0.0) for name in TRAINING_PARTS)
    before = sum(parts.get(name, 0.0) for name in _SETUP_PARTS)
    after = sum(parts.values()) - training - before
    trained = status.epoch >= status.epochs
    if status.state == "running" and status.eta_seconds is not None:
        left = time_left(status, now)
        return left if left is None or trained else left + after  # of the training alone
    share = 1 - status.epoch / max(1, status.epochs)  # a resumed run has some epochs already
    if status.state != "running":
        return before + share * training + after
    left = after if trained else before + share * training + after
    return time_left(replace(status, eta_seconds=left), now)


def _estimate_parts(work: Run) -> dict[str, float]:
    """Seconds by part: as estimated when it first began, or else now; empty where its photos or
    recipe cannot be read."""
    try:
        found = work.estimate()
        if found:
            return found
        runs_dir = work.path.parent
        share = read_worker_settings(runs_dir).share()
        return _cached_estimate(runs_dir, work.id, share, quick_fingerprint(timing_path(runs_dir)))
    except InputError:
        return {}


@lru_cache(maxsize=512)
def _cached_estimate(
    runs_dir: Path, run_id: str, run_cores: int, fingerprint: str
) -> dict[str, float]:
    """fingerprint: of what earlier runs took; only there to make the cache notice."""
    run = Run(runs_dir / run_id)
    recipe = run.recipe()
    photos = count_photos(read_dataset(run.data_dir()), recipe)
    return estimate(runs_dir, recipe, photos, run_cores=run_cores).parts
