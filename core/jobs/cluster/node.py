"""What a node of the cluster does: trains a run in a folder of its own, sends what there is to see
while it does, and gives the finished run back as a checked zip."""

import os
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.base import cpu, files
from core.base.errors import InputError
from core.jobs.cluster.identity import check_weights, describe_node, difference, identity, node_root
from core.jobs.cluster.photos import place_photos
from core.store.run import CANCEL_FILE, Run
from core.store.status import utc_now
from core.transfer.manifest import MAX_FILE_BYTES, is_checkpoint

POST_SECONDS = 0.7  # between two messages, which bring back a wish to cancel
DESCRIBE_SECONDS = 5.0  # between two looks at load, memory and disk
EPOCH_SECONDS = 2.0  # between two sets of curves, class maps and checkpoint
_LIVE = ("status.json", "log.txt")
_EPOCH = ("environment.json", "history.csv", "batches.csv", "timing.csv", "cams.npz")


class _Sender:
    """Sends the run's files as they change, in a thread; brings back a wish to cancel."""

    def __init__(self, work_id: str, run: Run, attempt: int, dispatcher: Any) -> None:
        self._run, self._dispatcher, self._to = run, dispatcher, (work_id, attempt)
        self._sent: dict[str, str] = {}
        self._epoch: dict[str, bytes] = {}
        self._epoch_at = 0.0
        self._over = threading.Event()
        self.stale = False
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def on_epoch(self, *_: Any) -> None:
        """Takes the files of an epoch, which fit together only now, between two epochs."""
        if time.monotonic() - self._epoch_at < EPOCH_SECONDS:
            return
        self._epoch_at = time.monotonic()
        names = (*_EPOCH, *filter(is_checkpoint, MAX_FILE_BYTES))
        self._epoch = self._epoch | self._changed(names)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _changed(self, names: tuple[str, ...]) -> dict[str, bytes]:
        found = {}
        for name in names:
            print_ = files.quick_fingerprint(self._run.path / name)
            if print_ not in ("-", self._sent.get(name)):
                with suppress(OSError):
                    data = (self._run.path / name).read_bytes()
                    if len(data) <= MAX_FILE_BYTES[name]:
                        found[name], self._sent[name] = data, print_
        return found

    def _send(self) -> None:
        import ray

        described = 0.0
        while not self._over.wait(POST_SECONDS):
            epoch, self._epoch = self._epoch, {}
            posted, node = epoch | self._changed(_LIVE), {}
            if time.monotonic() - described > DESCRIBE_SECONDS:
                described, node = time.monotonic(), describe_node()
                del node["identity"], node["problem"]
            post = self._dispatcher.post
            try:
                wish = ray.get(post.remote(*self._to, posted, node), timeout=60)
            except Exception:  # who handed the run out is gone: nobody would take its result
                wish = "leave"
            if wish:
                self.stale = wish == "leave"
                self._run.request_cancel()


def train(work_id: str, dispatcher: Any) -> dict[str, Any]:
    """The task: `refused`: why this node cannot train it; or `zip`: the run as it ended, and
    `attempt`, which try that was."""
    import ray

    told = ray.get(dispatcher.begin.remote(work_id, ray.get_runtime_context().get_node_id()))
    if told is None:
        return {"attempt": 0}
    root, attempt = node_root(), told["attempt"]
    os.environ[cpu.SHARE_VARIABLE] = str(told["cores"])
    run = Run(root / Path(work_id).name)
    try:
        place = place_photos(
            root, told["data_name"], told["fingerprint"], lambda: bytes(ray.get(told["photos"][0]))
        )
        shutil.rmtree(run.path, ignore_errors=True)
        for name, data in told["files"].items():
            path = run.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        environment = run.environment()
        environment["data"]["path"] = str(place)
        files.write_json(run.path / "environment.json", environment)
        run.update_status(state="queued", place="")
        refusal = difference(told["identity"], identity())
        refusal = refusal or check_weights(run.recipe(), told["weights"])
    except OSError as error:
        refusal = f"{type(error).__name__}: {error}"
    except InputError as error:
        refusal = str(error)
    if refusal:
        shutil.rmtree(run.path, ignore_errors=True)
        return {"attempt": attempt, "refused": refusal}
    return _train(work_id, run, attempt, dispatcher)


def _train(work_id: str, run: Run, attempt: int, dispatcher: Any) -> dict[str, Any]:
    from core.jobs.tasks.train_run import run_training
    from core.transfer.pack import pack

    sender = _Sender(work_id, run, attempt, dispatcher)
    try:
        with suppress(Exception):  # how it ended is in its status.json and its log
            run_training(run, utc_now, sender.on_epoch, with_controls=True)
    finally:
        sender.stop()
    (run.path / CANCEL_FILE).unlink(missing_ok=True)
    try:
        if sender.stale:
            return {"attempt": 0}
        stopped = run.status().state != "done"
        packed = pack(run.path.parent, [run.id], "", utc_now, checkpoint=stopped)
        return {"attempt": attempt, "zip": packed.data}
    except InputError as error:
        return {"attempt": attempt, "failed": str(error)}
    finally:
        shutil.rmtree(run.path, ignore_errors=True)
