"""`status` and `cache`: what the page Worker shows and does."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from core.base.cpu import cores
from core.base.errors import RunError
from core.base.formatting import duration
from core.cli.options import DEFAULT_RUNS, JsonOption, RunsOption
from core.cli.output import print_json
from core.jobs import resources
from core.jobs.cluster.state import read_cluster_state
from core.jobs.health import find_problems, read_workers
from core.jobs.local import running_work_id
from core.jobs.queue_forecast import forecast_queue
from core.jobs.worker_settings import bearable_workers, read_worker_settings
from core.store.feature_folder import MAX_BYTES, clear_feature_cache, feature_cache_bytes
from core.store.index import RunIndex
from core.store.status import status_text, utc_now


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
