"""The actor that hands runs out to nodes and keeps what comes back until it is taken.

It lives on the dashboard's machine, apart from the process that follows the runs: that one may end
and come back. Whatever it is asked it answers at once; Ray calls its methods one after the other.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.base.errors import one_line
from core.jobs.cluster import identity, node

NODE_SECONDS = 5.0  # how often Ray is asked which nodes there are
IDLE_SECONDS = 60.0  # how often one that trains nothing is asked how it is: that starts a process
MAX_TRIES = 3  # times that Ray gives a run whose node died to another one
_NODE_ID = "ray.io/node-id"


@dataclass
class _Task:
    """A run: what a node is given, what came back, how it is. files: the newest of each, with the
    number of the message that brought it."""

    given: dict[str, Any]
    files: dict[str, bytes]
    gpus: int
    numbers: dict[str, int] = field(default_factory=dict)
    attempt: int = 0
    state: str = "waiting"  # running, done, lost
    node: str = ""
    refused: dict[str, str] = field(default_factory=dict)  # by node
    cancel: bool = False
    ref: Any = None
    result: Any = None
    error: str = ""


class Dispatcher:
    """See above. mine: what nodes must have in common with the dashboard's machine."""

    def __init__(self, mine: Mapping[str, str]) -> None:
        self._mine = dict(mine)
        self._tasks: dict[str, _Task] = {}
        self._photos: dict[str, Any] = {}
        self._nodes: dict[str, dict[str, Any]] = {}
        self._asked: dict[str, Any] = {}
        self._described: dict[str, float] = {}
        self._asked_at = 0.0
        self._number = 0

    # --- for the process that follows ------------------------------------------------------------

    def runs(self) -> list[str]:
        """Those that were handed in and not forgotten."""
        return list(self._tasks)

    def set_identity(self, mine: Mapping[str, str]) -> None:
        """The dashboard may be of another version when it comes back."""
        self._mine = dict(mine)

    def has_photos(self, fingerprint: str) -> bool:
        return fingerprint in self._photos

    def add_photos(self, fingerprint: str, data: bytes) -> None:
        """Keeps a data set while a run needs it."""
        import ray

        used = {task.given["fingerprint"] for task in self._tasks.values()}
        self._photos = {name: ref for name, ref in self._photos.items() if name in used}
        self._photos[fingerprint] = ray.put(data)

    def submit(self, run_id: str, given: dict[str, Any], files: dict[str, bytes]) -> None:
        """Hands a run in; one that is here already goes on."""
        if run_id not in self._tasks:
            gpus = any(each["gpus"] for each in self._accepted().values())
            self._tasks[run_id] = _Task(given, files, gpus=int(gpus))
            self._start(run_id)

    def cancel(self, run_id: str) -> None:
        """Asks for a run to stop; one that no node has begun ends at once."""
        import ray

        task = self._tasks.get(run_id)
        if task is not None and not task.cancel:
            task.cancel = True
            if not task.attempt:
                ray.cancel(task.ref)
                task.state = "cancelled"

    def forget(self, run_id: str) -> None:
        self._tasks.pop(run_id, None)

    def collect(self, known: Mapping[str, int]) -> dict[str, Any]:
        """How the runs and nodes are. known: by run, the number of the last message that was taken:
        files of later ones come along."""
        self._look_at_tasks()
        self._look_at_nodes()
        return {
            "runs": {
                run_id: self._news(task, known.get(run_id, 0))
                for run_id, task in self._tasks.items()
            },
            "nodes": self._nodes,
        }

    def _news(self, task: _Task, known: int) -> dict[str, Any]:
        new = {name: task.files[name] for name, number in task.numbers.items() if number > known}
        return {
            "state": task.state,
            "node": self._nodes.get(task.node, {}).get("host", ""),
            "files": new,
            "number": max(task.numbers.values(), default=0),
            "zip": [task.result] if task.state == "done" else [],
            "error": task.error,
        }

    # --- for nodes -------------------------------------------------------------------------------

    def begin(self, run_id: str, node_id: str) -> dict[str, Any] | None:
        """What a node needs to train a run, or to go on with it; None where nobody wants it."""
        task = self._tasks.get(run_id)
        if task is None or task.cancel:
            return None
        task.attempt += 1
        task.state, task.node = "running", node_id
        photos = [self._photos[task.given["fingerprint"]]]
        news = {"attempt": task.attempt, "files": task.files, "photos": photos}
        return task.given | news | {"identity": self._mine}

    def post(
        self, run_id: str, attempt: int, files: Mapping[str, bytes], node: Mapping[str, Any]
    ) -> str:
        """Takes what a node sends of a run and of itself; `cancel` where the run is to stop,
        `leave` where another try has begun, so that this one counts no more."""
        task = self._tasks.get(run_id)
        if task is None or attempt != task.attempt:
            return "leave"
        if node and task.node in self._nodes:
            self._nodes[task.node] |= node
            self._described[task.node] = time.monotonic()
        if files:
            self._number += 1
            task.files.update(files)
            task.numbers |= dict.fromkeys(files, self._number)
        return "cancel" if task.cancel else ""

    # --- inside ----------------------------------------------------------------------------------

    def _accepted(self) -> dict[str, dict[str, Any]]:
        return {id_: each for id_, each in self._nodes.items() if each.get("accepted")}

    def _start(self, run_id: str) -> None:
        import ray

        task = self._tasks[run_id]
        if task.refused and not self._accepted().keys() - task.refused.keys():
            hosts = {id_: self._nodes.get(id_, {}).get("host", id_) for id_ in task.refused}
            reasons = [f"{hosts[id_]}: {why}" for id_, why in task.refused.items()]
            task.state, task.error = "lost", "; ".join(reasons)
            return
        # Nodes are named that must not train it, not those that may: a retry may be on a new one.
        others = {id_ for id_, each in self._nodes.items() if each.get("problem")} | {*task.refused}
        me = ray.get_runtime_context().current_actor
        remote = ray.remote(node.train).options(
            num_cpus=task.given["cores"],
            num_gpus=task.gpus,
            max_retries=MAX_TRIES,
            label_selector={_NODE_ID: f"!in({','.join(others)})"} if others else None,
            name=run_id,
        )
        task.ref, task.state = remote.remote(run_id, me), "waiting"

    def _look_at_tasks(self) -> None:
        import ray

        going = {task.ref: id_ for id_, task in self._tasks.items() if task.ref is not None}
        if not going:
            return
        for ref in ray.wait(list(going), num_returns=len(going), timeout=0, fetch_local=False)[0]:
            task = self._tasks[going[ref]]
            task.ref = None
            try:
                found = ray.get(ref)
            except Exception as error:
                task.state = "cancelled" if task.cancel else "lost"
                task.error = one_line(error)
                continue
            if found["attempt"] != task.attempt or task.state == "cancelled":
                task.state = "cancelled" if task.cancel else "lost"
            elif "refused" in found:
                task.refused[task.node] = found["refused"]
                self._start(going[ref])
            elif "failed" in found:
                task.state, task.error = "lost", found["failed"]
            else:
                task.state, task.result = "done", ray.put(found["zip"])

    def _look_at_nodes(self) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        for id_, ref in list(self._asked.items()):
            if ray.wait([ref], timeout=0)[0]:
                del self._asked[id_]
                self._nodes[id_] = (self._nodes.get(id_) or {}) | self._judge(ref)
        if time.monotonic() - self._asked_at < NODE_SECONDS:
            return
        self._asked_at = time.monotonic()
        nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        alive = {each["NodeID"]: each for each in nodes if each["Alive"]}
        for gone in self._nodes.keys() - alive.keys():
            del self._nodes[gone]
        for id_, each in alive.items():
            resources = each["Resources"]
            known = self._nodes.setdefault(id_, {"host": each["NodeManagerHostname"]})
            known |= {"cpus": resources.get("CPU", 0), "gpus": resources.get("GPU", 0)}
            fresh = time.monotonic() - self._described.get(id_, -IDLE_SECONDS) < IDLE_SECONDS
            if known["cpus"] and not fresh:
                self._described[id_] = time.monotonic()
                where = NodeAffinitySchedulingStrategy(id_, soft=False)
                ask = ray.remote(identity.describe_node)
                options = {"num_cpus": 0, "scheduling_strategy": where, "max_retries": 0}
                self._asked[id_] = ask.options(**options).remote()

    def _judge(self, ref: Any) -> dict[str, Any]:
        import ray

        try:
            found = ray.get(ref)
        except Exception as error:
            return {"accepted": False, "problem": " ".join(str(error).split())[-300:]}
        problem = identity.difference(self._mine, found.pop("identity")) or found["problem"]
        return found | {"accepted": not problem, "problem": problem}
