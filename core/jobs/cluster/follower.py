"""The process on this machine that follows the runs of a Ray cluster: hands them in, writes what
comes back into their folders, and holds their locks meanwhile.

It is the worker of the first place where `executor: ray` is set (core.jobs.worker). When it ends,
runs go on in the cluster; the next one asks there before any is called lost. What it knows of the
cluster stands in `cluster.json`, for pages and commands, which never ask Ray.
"""

import hashlib
import json
import logging
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from core.base import files
from core.base.errors import InputError, RunError, damaged_text, one_line
from core.base.language import N_
from core.jobs.cluster.identity import identity, weights_digest
from core.jobs.cluster.photos import pack_photos, photos_fingerprint
from core.jobs.queue import Queue
from core.jobs.tasks.attempt import claim_run, end_run, let_go
from core.jobs.worker_settings import CLUSTER_FILE, ClusterState, WorkerSettings, read_cluster_state
from core.store.lr_finder import open_work
from core.store.run import CANCEL_FILE, OWNER_LOCK, Run
from core.store.status import Clock, State, Status
from core.transfer.manifest import MAX_FILE_BYTES, is_checkpoint
from core.transfer.pack import run_files
from core.transfer.unpack import unpack_checked

POLL_SECONDS = 0.4
ANSWER_SECONDS = 20.0  # after which the head counts as out of reach
_NAMESPACE = "overfit-lens"
WAITING = N_("waiting for a node")
_STATUS = TypeAdapter(Status)


class Unreachable(Exception):
    """The cluster does not answer."""


@contextmanager
def _reaching() -> Iterator[None]:
    """Raises Unreachable for whatever Ray raises: many kinds, some of its own, some of gRPC's."""
    try:
        yield
    except Exception as error:
        raise Unreachable(one_line(error)) from None


@dataclass
class _Followed:
    """A run in the cluster. number: of the last message that was taken."""

    run: Run
    owner: ExitStack
    number: int = 0


class Follower:
    """See above. Methods raise Unreachable where the cluster does not answer."""

    def __init__(self, runs_dir: Path, clock: Clock, settings: WorkerSettings) -> None:
        self._runs_dir, self._clock, self._settings = Path(runs_dir), clock, settings
        self._queue = Queue(runs_dir)
        self._followed: dict[str, _Followed] = {}
        self._fingerprints: dict[Path, tuple[float, str]] = {}
        self._actor: Any = None
        self._address = settings.address
        self._nodes: dict[str, Any] = {}

    def serve(self, may_go_on: Callable[[bool], bool]) -> None:
        """Follows until it is told not to go on; may_go_on is told whether there is something to
        do."""
        while may_go_on(bool(self._followed)):
            try:
                if self._actor is None:
                    self._connect()
                    self._resume_following()
                self._turn()
                self._write_state("")
            except Unreachable as error:
                self._actor = None
                self._write_state(str(error))
                self._release_ended()
                time.sleep(2)
            time.sleep(POLL_SECONDS)

    def _connect(self) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        from core.jobs.cluster.dispatcher import Dispatcher

        with _reaching():
            host, _, port = self._address.rpartition(":")
            if port.isdecimal():  # Ray itself waits for minutes, and nothing can be given up
                socket.create_connection((host.strip("[]"), int(port)), 2).close()
            ray.shutdown()
            ray.init(
                address=self._settings.address,
                namespace=_NAMESPACE,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
            here = ray.get_runtime_context().get_node_id()
            self._address = ray.get_runtime_context().gcs_address
            place = f"{socket.gethostname()}:{self._runs_dir.resolve()}"
            remote = ray.remote(Dispatcher).options(
                name=hashlib.sha256(place.encode()).hexdigest()[:16],
                lifetime="detached",
                get_if_exists=True,
                num_cpus=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(here, soft=False),
            )
            self._actor = remote.remote(identity())
        self._ask("set_identity", identity())

    def _ask(self, method: str, *args: Any) -> Any:
        import ray

        with _reaching():
            return ray.get(getattr(self._actor, method).remote(*args), timeout=ANSWER_SECONDS)

    def _state(self, problem: str) -> ClusterState:
        cores, runs = self._settings.run_cores, sorted(self._followed)
        return ClusterState(self._settings.address, problem, cores, self._nodes, runs)

    def _write_state(self, problem: str) -> None:
        with suppress(OSError):
            if read_cluster_state(self._runs_dir) != self._state(problem):
                files.write_json(self._runs_dir / CLUSTER_FILE, asdict(self._state(problem)))

    def _fetch(self, ref: Any) -> bytes:
        import ray

        with _reaching():
            return bytes(ray.get(ref, timeout=600))

    def _resume_following(self) -> None:
        """What an earlier process followed: on with it where the cluster has it, lost where not."""
        there = set(self._ask("runs"))
        for run_id in there - self._followed.keys():
            with suppress(RunError):
                run = open_work(self._runs_dir, run_id)
                if run.status().state == "running" and self._own(run_id, run):
                    continue
            self._drop(run_id)
        entries = {entry.work_id: entry.worker_pid for entry in self._queue.entries()}
        for work_id, pid in entries.items():
            if pid in (None, os.getpid()) or work_id in self._followed:
                continue
            with suppress(RunError):
                run = open_work(self._runs_dir, work_id)
                if run.status().place and not run.status().ended and self._own(work_id, run):
                    self._end(work_id, "failed", run.lost_process_text(run.status()))
        for run_id in self._followed.keys() - there:
            self._end(run_id, "failed", N_("the cluster has no record of it; it can be resumed"))

    def _own(self, work_id: str, run: Run) -> bool:
        """Takes a run's lock, and its place in the queue; whether it was free."""
        owner = ExitStack()
        if not owner.enter_context(files.hold_lock(run.path / OWNER_LOCK)):
            owner.close()
            return False
        self._queue.adopt(work_id, os.getpid())
        run.update_status(pid=os.getpid())
        self._followed[work_id] = _Followed(run, owner)
        return True

    def _turn(self) -> None:
        """Once round: hands in what waits and fits, asks for news, writes it."""
        while len(self._followed) < self._state("").places():
            work_id = self._queue.claim(os.getpid(), "runs")
            if work_id is None:
                break
            self._hand_in(work_id)
        for work_id, each in list(self._followed.items()):
            ended = not each.run.path.is_dir() or each.run.status().ended
            if ended or each.run.cancel_requested():
                self._ask("cancel", work_id)
            if ended:  # a person gave it up
                self._drop(work_id)
        known = {work_id: each.number for work_id, each in self._followed.items()}
        news = self._ask("collect", known)
        self._nodes = news["nodes"]
        for work_id, told in news["runs"].items():
            if work_id in self._followed:
                try:
                    self._take(work_id, told)
                except (InputError, OSError) as error:
                    self._end(work_id, "failed", one_line(error))

    def _hand_in(self, work_id: str) -> None:
        owner = ExitStack()
        try:
            run = open_work(self._runs_dir, work_id)
            claim_run(run, self._clock, owner)
        except InputError as error:
            print(f"{work_id}: {error}", flush=True)
            owner.close()
            self._queue.finish(work_id, os.getpid())
            return
        self._followed[work_id] = _Followed(run, owner)
        run.update_status(phase=WAITING, place=self._settings.address)
        print(f"{work_id}: goes to the cluster", flush=True)
        try:
            recipe, data_dir = run.recipe(), run.data_dir()
            fingerprint = self._fingerprint(data_dir)
            if not self._ask("has_photos", fingerprint):
                self._ask("add_photos", fingerprint, pack_photos(data_dir))
            given = {
                "fingerprint": fingerprint,
                "data_name": data_dir.name,
                "weights": weights_digest(recipe),
                "cores": self._settings.run_cores,
            }
            sent = _read_files(run)
            sent.pop(CANCEL_FILE, None)
            self._ask("submit", work_id, given, sent)
        except (InputError, OSError) as error:
            self._end(work_id, "failed", one_line(error))

    def _fingerprint(self, data_dir: Path) -> str:
        """Read again only where a file is newer, was added or went."""
        newest = max(path.stat().st_mtime for path in (data_dir, *data_dir.rglob("*")))
        known = self._fingerprints.get(data_dir)
        if known is None or known[0] != newest:
            known = self._fingerprints[data_dir] = newest, photos_fingerprint(data_dir)
        return known[1]

    def _take(self, work_id: str, told: dict[str, Any]) -> None:
        each = self._followed[work_id]
        self._write_files(each.run, told["files"], told["node"])
        each.number = told["number"]
        if told["state"] == "done":
            self._install(each.run, told["zip"][0], told["node"])
            self._drop(work_id)
        elif told["state"] == "cancelled":
            self._end(work_id, "cancelled", None)
        elif told["state"] == "lost":
            words = told["error"] or N_("its node stopped")
            self._end(work_id, "failed", N_("{reason}; it can be resumed", reason=words))

    def _write_files(self, run: Run, sent: dict[str, bytes], node: str) -> None:
        """What a run under way has sent: its tables, class maps, log and checkpoint."""
        checkpoint = {}
        for name, data in sent.items():
            if name not in MAX_FILE_BYTES or len(data) > MAX_FILE_BYTES[name]:
                continue
            if is_checkpoint(name):
                checkpoint[Path(name).name] = data
            elif name == "status.json":
                self._write_status(run, data, node)
            elif name == "environment.json":
                files.write_bytes(run.path / name, self._localised(run, data))
            elif name not in ("recipe.yaml", "annotations.json"):
                files.write_bytes(run.path / name, data)
        if checkpoint:
            beside, old = run.path / ".checkpoint.new", run.path / ".checkpoint.old"
            for path in (beside, old):
                shutil.rmtree(path, ignore_errors=True)
            beside.mkdir()
            place = run.path / "checkpoint"
            for name in sorted(checkpoint, key=lambda name: name == "state.json"):
                files.overwrite(beside / name, checkpoint[name])
            if place.exists():
                place.rename(old)
            beside.rename(place)
            shutil.rmtree(old, ignore_errors=True)

    def _localised(self, run: Run, data: bytes) -> bytes:
        """A node's environment.json with the data set's place here."""
        found = json.loads(data)
        if not isinstance(found, dict) or not isinstance(found.get("data"), dict):
            raise RunError(damaged_text(run.path / "environment.json", N_("not an object")))
        found["data"]["path"] = run.environment()["data"]["path"]
        return json.dumps(found, indent=1).encode() + b"\n"

    def _write_status(self, run: Run, data: bytes, node: str) -> None:
        """How far the node is. Its clock is not this one's; how it ended tells the zip alone."""
        try:
            told = _STATUS.validate_json(data)
        except ValueError as error:
            raise RunError(damaged_text(run.path / "status.json", error)) from None
        if told.state == "running":
            seen = {"epoch": told.epoch, "eta_seconds": told.eta_seconds, "place": node}
            run.report(self._clock, told.phase, **seen)

    def _install(self, run: Run, ref: Any, node: str) -> None:
        """Puts the finished run's files in place, its status last: killed before, it is taken
        again."""
        with tempfile.TemporaryDirectory(dir=run.path, prefix=".result.") as folder:
            path = Path(folder) / "result.zip"
            path.write_bytes(self._fetch(ref))
            whole = unpack_checked(path, run.id, Path(folder))
            before, told = run.status(), whole.status()
            parts = _read_files(whole)
            del parts["status.json"]
            self._write_files(run, parts, node)
            now = self._clock().isoformat(timespec="seconds")
            own = {name: getattr(before, name) for name in ("created", "started", "earlier")}
            here = {"finished": now, "heartbeat": now, "pid": os.getpid(), "place": node}
            run.write_status(replace(told, **own | here))
        print(f"{run.id}: came back {told.state} from {node}", flush=True)

    def _end(self, work_id: str, state: State, error: str | None) -> None:
        each = self._followed[work_id]
        end_run(each.run, self._clock, each.owner, state, error)
        self._drop(work_id)

    def _drop(self, work_id: str) -> None:
        each = self._followed.pop(work_id, None)
        if each is not None:
            with suppress(InputError), each.run.state_lock():
                let_go(each.run, each.owner)
        self._queue.finish(work_id, os.getpid())
        if self._actor is not None:
            self._ask("forget", work_id)

    def _release_ended(self) -> None:
        """While the cluster is out of reach: lets go of what a person gave up."""
        for work_id, each in list(self._followed.items()):
            if not each.run.path.is_dir() or each.run.status().ended:
                self._drop(work_id)


def _read_files(run: Run) -> dict[str, bytes]:
    return {name: (run.path / name).read_bytes() for name in run_files(run.path)[0]}
