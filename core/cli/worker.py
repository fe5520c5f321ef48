"""The processes beside the dashboard, what they are to do, and how they and the machine are."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, cast, get_args

from typer import Argument, Option

from core.base.cpu import cores
from core.base.errors import InputError, RunError
from core.base.formatting import duration
from core.cli.common import (
    DEFAULT_RUNS,
    TOY_BOOKS,
    DataOption,
    JsonOption,
    RunArgument,
    RunsOption,
    print_json,
)
from core.cli.train import resume_run
from core.data.dataset import read_dataset
from core.data.split import split_photos
from core.jobs import resources
from core.jobs.health import find_problems, read_workers
from core.jobs.local import LocalExecutor, running_work_id, start_worker, worker_alive, worker_pids
from core.jobs.preview import server
from core.jobs.queue import Move, Queue
from core.jobs.queue_forecast import forecast_queue
from core.jobs.stop_worker import request_stop, stop_now
from core.jobs.worker import run_worker
from core.jobs.worker_settings import (
    MAX_WORKERS,
    VARIABLES,
    bearable_workers,
    read_cluster_state,
    read_worker_settings,
)
from core.recipe.files import load_recipe
from core.store.feature_folder import MAX_BYTES, clear_feature_cache, feature_cache_bytes
from core.store.index import RunIndex
from core.store.lr_finder import open_work
from core.store.run import open_run
from core.store.status import status_text, utc_now


def worker(
    runs: RunsOption = DEFAULT_RUNS,
    idle: Annotated[float, Option(help="Leave after this many idle seconds.")] = 600,
    count: Annotated[
        int | None, Option(min=1, max=MAX_WORKERS, help="So many, side by side.")
    ] = None,
    stop: Annotated[
        bool, Option("--stop", help="End the workers after the epoch under way.")
    ] = False,
    now: Annotated[bool, Option("--now", help="With --stop: at once.")] = False,
) -> None:
    """Serves the queue; the dashboard starts workers when they are needed. With --stop, ends those
    that serve: their runs wait again, and go on after their last finished epoch."""
    if now and not stop:
        raise InputError("worker --now: goes with --stop")
    if not stop:
        os.umask(0o077)  # runs are not for other users of this machine
        if count is not None:
            os.environ[VARIABLES["workers"]] = str(count)
            for _place in range(1, read_worker_settings(runs).places()):
                start_worker(runs.resolve())
        if not run_worker(runs, utc_now, idle):
            print(f"another worker serves {runs} already")
    elif not worker_alive(runs):
        print(f"no worker serves {runs}")
    elif now:
        stop_now(runs)
        print("the worker has ended")
    else:
        request_stop(runs)
        print("the worker ends after the epoch under way")


def preview(
    runs: RunsOption = DEFAULT_RUNS,
    idle: Annotated[float, Option(help="Leave after this many idle seconds.")] = 600,
) -> None:
    """Answers the dashboard's questions that need torch; the dashboard starts it."""
    if not server.serve(runs, idle):
        print(f"another preview process serves {runs} already")


def queue(
    recipe: Annotated[
        str | None, Argument(help="Preset or file to queue; none: show the queue.")
    ] = None,
    data: DataOption = TOY_BOOKS,
    runs: RunsOption = DEFAULT_RUNS,
    move: Annotated[
        tuple[str, str] | None,
        Option(metavar="RUN first|up|down", help="Change the order of what waits."),
    ] = None,
) -> None:
    """Shows the queue, puts a recipe into it for the worker, or changes its order."""
    if move is not None:
        run_id, to = move
        if to not in get_args(Move):
            raise InputError(f"--move {run_id} {to}: must be {', '.join(get_args(Move))}")
        if not Queue(runs).move(run_id, cast(Move, to)):
            raise InputError(f"{run_id}: does not wait in the queue")
    if recipe is not None:
        dataset, chosen = read_dataset(data), load_recipe(recipe)
        split_photos(dataset, chosen)
        run = LocalExecutor(runs).submit(chosen, data)
        print(run.path)
        return
    entries = Queue(runs).entries()
    alive = {0: "no worker is running", 1: "a worker is serving"}
    serving = len(worker_pids(runs))
    print(f"{alive.get(serving, f'{serving} workers are serving')}; {len(entries)} in the queue")
    for entry in entries:
        try:
            status = open_work(runs, entry.work_id).status()
        except RunError as error:
            print(f"{entry.work_id}  cannot be read: {error}")
            continue
        print(f"{entry.work_id}  {status.state}  {status.epoch}/{status.epochs}")


def resume(run: RunArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Goes on with a stopped run after its last finished epoch, now, in this process. The result
    is bit for bit that of an undisturbed run. The last line printed is the run folder."""
    found = open_run(runs, run)
    resume_run(found, runs)
    print(found.path)


def train_on(
    run: RunArgument,
    epochs: Annotated[int, Option(help="Of one more cosine cycle.")] = 9,
    train: Annotated[str, Option(help="bands or head.")] = "bands",
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Queues a run that goes on where a finished one ended: its recipe with a further stage. The
    result is bit for bit that of the whole recipe. The last line printed is the run folder."""
    stage = {"train": train, "cycles": 1, "cycle_len": epochs}
    print(LocalExecutor(runs).train_on(run, stage).path)


def cancel(run: RunArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Cancels a run that waits or is under way; what it has finished is kept."""
    status = open_run(runs, run).status()
    if status.ended:
        raise InputError(f"{run}: has ended already ({status.state})")
    LocalExecutor(runs).cancel(run)
    print(f"{run}: asked to stop")


def status(runs: RunsOption = DEFAULT_RUNS, as_json: JsonOption = False) -> None:
    """Shows the worker, the queue with times, the machine, and what is wrong and what to do."""
    found = _collect_status(runs)
    if as_json:
        print_json(found)
        return
    for worker in found["workers"]:
        doing = "" if worker["entry"] is None else f", {worker['entry']}"
        print(f"worker: {worker['state']} (process {worker['pid']}{doing})")
    if not found["workers"]:
        print("worker: off")
    for turn in found["queue"]:
        ends = "" if turn["ends"] is None else f", done in about {duration(turn['ends'])}"
        print(f"  {turn['entry']}  {turn['what']}{ends}")
    for node in found["nodes"]:
        told = node.get("problem") or f"{node['cpus']:.0f} cores, load {node.get('load') or 0:.1f}"
        print(f"node: {node['host']}, {told}")
    machine = found["machine"]
    if machine["load"] is not None:
        print(f"processors: {machine['load']:.1f} of {machine['cores']} cores busy")
    print(f"workers: {machine['workers']}; this machine could bear {machine['bearable']}")
    for name in ("memory", "disk"):
        if machine[name] is not None:
            free, total = machine[name]["free"] / 1e9, machine[name]["total"] / 1e9
            print(f"{name}: {free:.1f} of {total:.0f} GB free")
    print(f"feature cache: {found['cache'] / 1e6:.0f} MB")
    print(f"runs: {found['runs']}")
    for trouble in found["trouble"]:
        print(f"wrong: {trouble['words']} {trouble['advice']}")
        for run in trouble["runs"]:
            print(f"  {run}")


def cache(
    runs: RunsOption = DEFAULT_RUNS,
    empty: Annotated[bool, Option("--empty", help="Delete all of it.")] = False,
) -> None:
    """Says how large the features are that runs share, or deletes them: runs compute them again."""
    if not empty:
        print(f"{feature_cache_bytes(runs) / 1e6:.0f} MB of at most {MAX_BYTES / 1e9:.0f} GB")
        return
    busy = running_work_id(runs)
    if busy is not None:
        raise RunError(f"{busy}: is training; empty the cache when it is done")
    print(f"{clear_feature_cache(runs) / 1e6:.0f} MB freed")


def _collect_status(runs: Path) -> dict[str, Any]:
    """Everything that the command shows."""
    now = utc_now()
    memory, disk = resources.memory(), resources.disk(runs)
    return {
        "workers": [asdict(worker) for worker in read_workers(runs, now)],
        "nodes": list(read_cluster_state(runs).nodes.values()),
        "queue": [
            {
                "entry": turn.work_id,
                "name": turn.name,
                "what": status_text(turn.status),
                "begins": turn.starts_in,
                "ends": turn.ends_in,
            }
            for turn in forecast_queue(runs, now)
        ],
        "machine": {
            "cores": cores(),
            "workers": read_worker_settings(runs).places(),
            "bearable": bearable_workers(),
            "load": resources.load(),
            "memory": asdict(memory) if memory else None,
            "disk": asdict(disk) if disk else None,
        },
        "cache": feature_cache_bytes(runs),
        "runs": str(runs.resolve()),
        "trouble": [asdict(one) for one in find_problems(runs, now, RunIndex(runs).rows())],
    }
