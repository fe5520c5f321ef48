"""How many workers serve a folder of runs, what each may use, and where runs are trained.

`workers.json` in the folder, which the page Workers writes; the environment has the last word:
OVERFIT_LENS_WORKERS, OVERFIT_LENS_EXECUTOR, OVERFIT_LENS_RAY_ADDRESS, OVERFIT_LENS_RUN_CORES.
What pages and commands know of a cluster stands in `cluster.json`. Free of Ray.
"""

import importlib.util
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from threadpoolctl import threadpool_limits

from core.base import cpu, files
from core.base.errors import InputError, RunError, damaged_text, naming_os_errors
from core.base.language import N_
from core.jobs import resources
from core.store import visitors
from core.store.visitors import shared_root_of

SETTINGS_FILE = "workers.json"
MAX_WORKERS = 64
WORKER_MEMORY = 2_000_000_000  # bytes that a run may take
VARIABLES = {
    "workers": "OVERFIT_LENS_WORKERS",
    "executor": "OVERFIT_LENS_EXECUTOR",
    "address": "OVERFIT_LENS_RAY_ADDRESS",
    "run_cores": "OVERFIT_LENS_RUN_CORES",
}


class WorkerSettings(BaseModel):
    """workers: side by side on this machine. executor: where runs are trained. address: of the Ray
    cluster's head, `auto` for the one that this machine belongs to. run_cores: cores, and so
    threads, of a run on the cluster."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: Annotated[int, Field(ge=1, le=MAX_WORKERS)] = 1
    executor: Literal["local", "ray"] = "local"
    address: Annotated[str, Field(min_length=1, max_length=200)] = "auto"
    run_cores: Annotated[int, Field(ge=1, le=1024)] = 2

    def places(self) -> int:
        """How many workers there can be: one run a GPU where there are any. With a cluster one
        follows its runs, and one does here what takes seconds."""
        if self.executor == "ray":
            return 2
        return min(self.workers, len(cpu.gpu_ids()) or self.workers)

    def share(self) -> int:
        """The cores that each of them may use."""
        return max(1, cpu.machine_cores() // (self.places() if self.executor == "local" else 1))


def read_worker_settings(runs_dir: Path) -> WorkerSettings:
    """The settings of a folder of runs. Raises InputError, naming the file or variable."""
    path, kept = shared_root_of(runs_dir) / SETTINGS_FILE, {}
    with suppress(FileNotFoundError):
        try:
            kept = json.loads(path.read_text("utf-8"))
            WorkerSettings.model_validate(kept)
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            raise RunError(damaged_text(path, _first_line(error))) from None
    told = {key: os.environ[name] for key, name in VARIABLES.items() if os.environ.get(name)}
    try:
        return WorkerSettings.model_validate(kept | told)
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        raise InputError(f"{VARIABLES[key]}={told[key]}: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)


def write_worker_count(runs_dir: Path, workers: int) -> None:
    """Keeps how many workers are to serve. Raises RunError where it cannot be written, or the
    environment says it; DemoError for a visitor."""
    visitors.refuse_visitor(runs_dir, "worker")
    if os.environ.get(VARIABLES["workers"]):
        raise RunError(N_("the number of workers is set by {name}", name="OVERFIT_LENS_WORKERS"))
    settings = read_worker_settings(runs_dir)
    path = Path(runs_dir) / SETTINGS_FILE
    kept = settings.model_copy(update={"workers": workers})
    with naming_os_errors(path):
        files.write_json(path, kept.model_dump(exclude_defaults=True))


def check_executor(settings: WorkerSettings) -> None:
    """Raises InputError where runs cannot be given to the cluster that is set."""
    if settings.executor == "local":
        return
    if importlib.util.find_spec("ray") is None:
        raise InputError(
            N_("executor: ray requires more packages: pip install -r requirements-cluster.txt")
        )
    if os.environ.get("RAY_AUTH_MODE") != "token":
        raise InputError(
            N_("executor: ray requires a token: set RAY_AUTH_MODE=token (docs/cluster.md)")
        )


def bearable_workers() -> int:
    """How many workers this machine could bear: two cores and 2 GB of memory for each, and a GPU
    where there are any."""
    memory = resources.memory()
    most = [max(1, cpu.machine_cores() // 2), len(cpu.gpu_ids()) or MAX_WORKERS, MAX_WORKERS]
    return max(1, min(*most, memory.total // WORKER_MEMORY if memory else MAX_WORKERS))


def take_share(settings: WorkerSettings, place: int) -> None:
    """Confines this process, the worker of that place (from 1), to its share of the cores, and to
    its own GPU where there are several; before torch is loaded."""
    share, gpus = settings.share(), cpu.gpu_ids()
    if settings.places() > 1 or cpu.SHARE_VARIABLE in os.environ:
        os.environ[cpu.SHARE_VARIABLE] = os.environ["OPENBLAS_NUM_THREADS"] = str(share)
        threadpool_limits(share, user_api="blas")  # of NumPy, which is loaded already
    if len(gpus) > 1:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpus[(place - 1) % len(gpus)]


CLUSTER_FILE = "cluster.json"


@dataclass(frozen=True)
class ClusterState:
    """problem: why the head cannot be reached, in a line. nodes: by id, what each is and does
    (core.jobs.cluster.identity.describe_node, with `accepted`, `cpus` and `gpus`)."""

    address: str = ""
    problem: str = ""
    run_cores: int = 1
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)

    def places(self) -> int:
        """How many runs the nodes that are accepted can train at once; one a GPU."""
        accepted = [node for node in self.nodes.values() if node.get("accepted")]
        gpus = sum(int(node["gpus"]) for node in accepted)
        return gpus or sum(int(node["cpus"]) // self.run_cores for node in accepted)


def read_cluster_state(runs_dir: Path) -> ClusterState:
    """As it was last; empty where no cluster was followed."""
    try:
        text = (shared_root_of(runs_dir) / CLUSTER_FILE).read_text("utf-8")
        return ClusterState(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return ClusterState()
