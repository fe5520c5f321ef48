"""`worker`, `queue`, `cancel`, `preview`: the processes beside the dashboard, and what they are to
do."""

import os
from typing import Annotated, cast, get_args

from typer import Argument, Option

from core.base.errors import InputError, RunError
from core.cli.options import DEFAULT_RUNS, TOY_BOOKS, DataOption, RunArgument, RunsOption
from core.cli.train import resume_run
from core.data.dataset import read_dataset
from core.data.split import split_photos
from core.jobs.local import LocalExecutor, start_worker, worker_alive, worker_pids
from core.jobs.preview import server
from core.jobs.queue import Move, Queue
from core.jobs.stop_worker import request_stop, stop_now
from core.jobs.worker import run_worker
from core.jobs.worker_settings import MAX_WORKERS, VARIABLES, read_worker_settings
from core.recipe.files import load_recipe
from core.store.lr_finder import open_work
from core.store.run import open_run
from core.store.status import utc_now


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
