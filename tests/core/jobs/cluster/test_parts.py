"""What travels to nodes and back, and who is refused; without a cluster."""

import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import replace

import pytest

from core.base import files
from core.base.errors import DataError, InputError
from core.jobs import worker_settings
from core.jobs.cluster import identity
from core.jobs.cluster.dispatcher import Dispatcher, _Task
from core.jobs.cluster.follower import Follower
from core.jobs.cluster.photos import pack_photos, photos_fingerprint, place_photos
from core.jobs.health import find_problems
from core.jobs.local import LocalExecutor, give_up, mark_lost, recover_queue
from core.jobs.queue import Entry, Queue
from core.jobs.worker_settings import ClusterState, WorkerSettings, read_cluster_state
from core.store.run import find_runs
from core.store.status import utc_now
from core.transfer.pack import pack
from tests.conftest import fast_recipe, fixed_clock
from tests.factory import write_run

RAY = WorkerSettings(executor="ray", run_cores=1)


def test_photos_travel_whole_or_not_at_all(tmp_path, tiny):
    fingerprint, data = photos_fingerprint(tiny.root), pack_photos(tiny.root)
    place = place_photos(tmp_path, "books", fingerprint, lambda: data)
    assert place.name == "books" and photos_fingerprint(place) == fingerprint
    assert place_photos(tmp_path, "books", fingerprint, lambda: pytest.fail("is here")) == place
    with pytest.raises(DataError, match="the photos differ from those that were sent"):
        place_photos(tmp_path, "books", "0" * 32, lambda: data)
    assert not list(tmp_path.glob(".photos/" + "0" * 32 + "/books"))


def test_photos_land_nowhere_else(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../outside"))
    with pytest.raises(tarfile.TarError):
        place_photos(tmp_path / "node", "books", "0" * 32, buffer.getvalue)
    assert not (tmp_path / "outside").exists()


def test_a_node_of_another_version_is_told_by_the_difference():
    mine = identity.identity()
    assert identity.difference(mine, mine) == ""
    other = mine | {"torch": "1.0"}
    assert identity.difference(mine, other) == f"torch is 1.0, not {mine['torch']}"
    assert "its weights differ" in identity.check_weights(fast_recipe(), "0")


def test_a_node_without_a_folder_says_so(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("OVERFIT_LENS_NODE", str(tmp_path / "file"))
    told = identity.describe_node()
    assert str(tmp_path / "file") in told["problem"]


def test_an_earlier_try_counts_no_more():
    dispatcher = Dispatcher({})
    dispatcher._photos["f"] = "photos"
    dispatcher._tasks["run"] = _Task({"fingerprint": "f"}, {"recipe.yaml": b"r"}, 0)
    first = dispatcher.begin("run", "a")
    assert first is not None and first["attempt"] == 1
    assert dispatcher.post("run", 1, {"history.csv": b"1"}, {}) == ""
    second = dispatcher.begin("run", "b")  # its node died: another goes on with what came back
    assert second is not None and second["files"]["history.csv"] == b"1"
    assert dispatcher.post("run", 1, {"history.csv": b"late"}, {}) == "leave"
    assert dispatcher._tasks["run"].files["history.csv"] == b"1"
    dispatcher._tasks["run"].cancel = True
    assert dispatcher.post("run", 2, {}, {}) == "cancel"
    assert dispatcher.begin("run", "c") is None
    dispatcher.forget("run")
    assert dispatcher.post("run", 2, {}, {}) == "leave"


class FakeCluster:
    """Answers as the dispatcher, with one node, from what a test puts into it."""

    def __init__(self):
        self.news, self.handed_in, self.forgotten, self.photos = {}, {}, [], {}

    def ask(self, method, *args):
        return getattr(self, method)(*args)

    def runs(self):
        return list(self.handed_in)

    def has_photos(self, fingerprint):
        return fingerprint in self.photos

    def add_photos(self, fingerprint, data):
        self.photos[fingerprint] = data

    def submit(self, run_id, given, sent):
        self.handed_in.setdefault(run_id, (given, sent))

    def cancel(self, run_id):
        self.news[run_id]["state"] = "cancelled"

    def forget(self, run_id):
        self.handed_in.pop(run_id, None)
        self.forgotten.append(run_id)

    def collect(self, known):
        node = {"host": "lab", "cpus": 2, "gpus": 0, "accepted": True}
        return {"runs": {i: self.news[i] for i in self.handed_in}, "nodes": {"n": node}}


def told(state="running", zip_=(), sent=(), **more):
    return {"state": state, "node": "lab", "files": dict(sent), "number": 1, "zip": list(zip_),
            "error": "", **more}  # fmt: skip


@pytest.fixture
def cluster():
    return FakeCluster()


@pytest.fixture
def follow(tmp_path, cluster, monkeypatch):
    """Follows for so many rounds, in a process that is new each time."""
    monkeypatch.setenv("OVERFIT_LENS_EXECUTOR", "ray")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setattr("core.jobs.cluster.follower.POLL_SECONDS", 0)
    monkeypatch.setattr("core.jobs.local.start_worker", lambda root: None)

    def follow_(rounds, follower=None):
        follower = follower or Follower(tmp_path, fixed_clock, RAY)
        monkeypatch.setattr(follower, "_connect", lambda: setattr(follower, "_actor", object()))
        monkeypatch.setattr(follower, "_ask", cluster.ask)
        monkeypatch.setattr(follower, "_fetch", lambda data: data)
        left = iter(range(rounds))
        follower.serve(lambda busy: next(left, None) is not None)
        return follower

    return follow_


def test_a_run_goes_and_comes_back_once_as_a_checked_zip(tmp_path, tiny, follow, cluster):
    run = LocalExecutor(tmp_path).submit(fast_recipe(), tiny.root)
    cluster.news[run.id] = told()
    follower = follow(3)
    given, sent = cluster.handed_in[run.id]
    assert set(sent) >= {"recipe.yaml", "environment.json", "status.json"}
    assert given["fingerprint"] in cluster.photos
    assert run.owned() and (run.status().state, run.status().pid) == ("running", os.getpid())
    assert read_cluster_state(tmp_path).places() == 2

    there = write_run(tmp_path / "node", tiny)
    status = replace(there.status(), state="running", epoch=1, phase="training", pid=5)
    live = {
        "status.json": json.dumps(vars(status)).encode(),
        "log.txt": b"hello\n",
        "evil.py": b"x",
    }
    cluster.news[run.id] = told(sent=live)
    follow(1, follower)
    assert (run.status().epoch, run.status().place) == (1, "lab")
    assert run.log_tail() == "hello" and not (run.path / "evil.py").exists()

    there.path.rename(tmp_path / "node" / run.id)
    data = pack(tmp_path / "node", [run.id], "", utc_now).data
    cluster.news[run.id] = told("done", [data])
    follow(2, follower)
    assert (run.status().state, run.status().place) == ("done", "lab")
    assert run.data_dir() == tiny.root.resolve()  # the node had the photos elsewhere
    assert run.summary() and not run.owned()
    assert cluster.forgotten == [run.id] and Queue(tmp_path).entries() == []
    assert not list(run.path.glob(".result*"))


def test_a_damaged_result_ends_in_one_line(tmp_path, tiny, follow, cluster):
    run = LocalExecutor(tmp_path).submit(fast_recipe(), tiny.root)
    cluster.news[run.id] = told("done", [b"no zip"])
    follow(3)
    assert run.status().state == "failed" and "zip" in str(run.status().error)


def test_after_a_restart_the_cluster_is_asked_first(tmp_path, tiny, follow, cluster):
    runs = [LocalExecutor(tmp_path).submit(fast_recipe(seed=seed), tiny.root) for seed in range(2)]
    for run in runs:
        cluster.news[run.id] = told()
    first = follow(3)
    assert [run.owned() for run in runs] == [True, True]
    for each in first._followed.values():  # it is killed
        each.owner.close()
    for run in runs:
        run.write_status(replace(run.status(), pid=2**22 + 1))
        Queue(tmp_path).adopt(run.id, 2**22 + 1)
        assert not mark_lost(run, utc_now)
    assert recover_queue(tmp_path, utc_now) == []
    del cluster.handed_in[runs[1].id]  # of this one the cluster knows nothing any more
    follow(2)
    assert [run.status().state for run in runs] == ["running", "failed"]
    assert "can be resumed" in str(runs[1].status().error)
    assert Queue(tmp_path).entries() == [Entry(runs[0].id, os.getpid())]


def test_while_the_head_is_out_of_reach_a_person_decides(
    tmp_path, tiny, follow, cluster, monkeypatch
):
    from core.jobs.cluster import follower as module

    run = LocalExecutor(tmp_path).submit(fast_recipe(), tiny.root)
    cluster.news[run.id] = told()
    follower = follow(3)
    monkeypatch.setattr("core.jobs.cluster.follower.time.sleep", lambda seconds: None)

    def gone(*_):
        raise module.Unreachable("no output")

    monkeypatch.setattr(cluster, "ask", gone)
    follow(2, follower)
    assert run.status().state == "running" and run.owned()
    with files.hold_lock(tmp_path / "worker.lock"):
        found = find_problems(tmp_path, utc_now())
        assert ("cluster", (run.id,)) in [(each.kind, each.runs) for each in found]
    give_up(run, utc_now)
    follow(1, follower)
    assert run.status().state == "failed" and run.resumable() and not run.owned()


def test_a_wish_to_cancel_goes_to_the_cluster(tmp_path, tiny, follow, cluster):
    run = LocalExecutor(tmp_path).submit(fast_recipe(), tiny.root)
    cluster.news[run.id] = told()
    follower = follow(3)
    LocalExecutor(tmp_path).cancel(run.id)
    follow(1, follower)
    assert run.status().state == "cancelled" and Queue(tmp_path).entries() == []


def test_without_the_extra_it_is_one_line_and_nothing_is_queued(tmp_path, tiny, monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_EXECUTOR", "ray")
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    with pytest.raises(InputError, match="RAY_AUTH_MODE=token"):
        worker_settings.check_executor(RAY)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"requirements-cluster\.txt"):
        LocalExecutor(tmp_path).submit(fast_recipe(), tiny.root)
    assert find_runs(tmp_path) == [] and Queue(tmp_path).entries() == []
    assert "executor" in [each.kind for each in find_problems(tmp_path, utc_now())]


def test_nothing_imports_ray_that_is_not_asked_to():
    code = (
        "import sys, core.cli, core.jobs.worker, core.jobs.health, core.jobs.cluster.follower,"
        "core.jobs.cluster.dispatcher; sys.exit('ray' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_state_that_cannot_be_read_is_empty(tmp_path):
    (tmp_path / "cluster.json").write_text("[1]")
    assert read_cluster_state(tmp_path) == ClusterState()
