"""Killed anywhere and resumed: the same bytes as an undisturbed run."""

import os
import random
import shutil
import signal
import subprocess
import sys

import pytest
from safetensors.torch import load_file

from core.__main__ import main
from core.base import files
from core.base.errors import RunError
from core.jobs.local import LocalExecutor, mark_lost
from core.jobs.queue import Queue
from core.jobs.tasks.train_run import run_training
from core.store.run import Run, create_run, open_run
from core.store.status import utc_now
from core.train.checkpoint import checkpoint_folder, repair_checkpoint
from tests.conftest import ROOT, fast_recipe, fixed_clock
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

TRAINING_FILES = (
    "history.csv",
    "batches.csv",
    "cams.npz",
    "weights.safetensors",
    "checkpoint/weights.safetensors",
    "checkpoint/optimizer.safetensors",
    "checkpoint/state.json",
)
RESULT_FILES = ("predictions.csv", "shifted.csv", "drift.csv", "reliance.csv", "diagnosis.json")
RECIPE = {
    "weights": "imagenet",
    "stages": [
        {"train": "head", "epochs": 2},
        {"train": "bands", "cycles": 2, "cycle_len": 3, "cycle_mult": 1},
    ],
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One folder: features do not depend on where a training was stopped. They go in between in
    test_killed_at_drawn_states."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def undisturbed(runs, tiny):
    run = create_run(runs, fast_recipe(**RECIPE), tiny.root, utc_now)
    run_training(run, utc_now)
    return run


@pytest.fixture
def copied(undisturbed, tmp_path):
    """The undisturbed run, to be damaged."""
    return Run(shutil.copytree(undisturbed.path, tmp_path / undisturbed.id))


@pytest.fixture
def undiagnosed(monkeypatch):
    """What is found follows from the weights: it is compared after one stop and after kills."""
    monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *args: None)


def assert_same_bytes(run, other, names=TRAINING_FILES):
    for name in names:
        assert (run.path / name).read_bytes() == (other.path / name).read_bytes(), name


class Stop(Exception):
    pass


def stop_after(run, epochs):
    """Trains the run on until it has so many epochs, and has it ready to be resumed."""

    def stop(row, eta):
        if row.planned.number == epochs:
            raise Stop

    with pytest.raises(Stop):
        run_training(run, utc_now, on_epoch=stop)
    run.requeue()


def test_stopped_after_any_epoch(undisturbed, runs, tiny):
    """In a stage, between stages, in a cycle, at a cycle's end and after the last epoch."""
    run = create_run(runs, fast_recipe(**RECIPE), tiny.root, utc_now)
    stops = (1, 2, 3, 5, 8)
    for epochs in stops:
        stop_after(run, epochs)
    run_training(run, utc_now)
    assert_same_bytes(run, undisturbed, TRAINING_FILES + RESULT_FILES)
    log = (run.path / "log.txt").read_text()
    for epochs in stops:
        assert f"resumed after epoch {epochs}" in log


def test_training_on_gives_the_bits_of_the_whole_recipe(runs, undisturbed, tiny, monkeypatch):
    """Of a finished run's checkpoint; its own files stay as they were."""
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir: None)
    before = {name: (undisturbed.path / name).read_bytes() for name in TRAINING_FILES}
    stage = {"train": "bands", "cycles": 1, "cycle_len": 2}
    longer = LocalExecutor(runs).train_on(undisturbed.id, stage)
    assert longer.recipe().name.endswith(", 2 more epochs")
    run_training(longer, utc_now)
    assert "resumed after epoch 8" in (longer.path / "log.txt").read_text()
    whole = create_run(runs, longer.recipe(), tiny.root, utc_now)
    run_training(whole, utc_now)
    assert_same_bytes(longer, whole, TRAINING_FILES + RESULT_FILES)
    assert before == {name: (undisturbed.path / name).read_bytes() for name in TRAINING_FILES}


KERAS = {
    "weights": "imagenet",
    "head": {"kind": "dense", "width": 16},
    "stages": [
        {"train": "head", "epochs": 2, "lr": 1e-3, "optimizer": {"name": "adam"}, "keep": "best"},
        {
            "train": "bands",
            "epochs": 3,
            "lr": 1e-3,
            "optimizer": {"name": "rmsprop"},
            "keep": "best",
        },
    ],
    "augment": {"erase": {"p": 0.5}, "flip": "both", "mixup": 1.0},
    "balance": "oversample",
    "label_smoothing": 0.1,
    "batch_size": 4,
}
FRESH = {
    "optimizer": {"name": "adamw", "momentum": 0.8, "weight_decay": 0.1},
    "augment": {"erase": {"p": 1.0}},
    "balance": "oversample",
    "views_per_photo": None,
    "frozen_bn": "train",
    "stages": [{"train": "bands", "cycles": 2, "cycle_len": 2, "warmup": "fastai", "keep": "best"}],
}
WHOLE = {
    "optimizer": {"name": "rmsprop", "momentum": 0.9, "weight_decay": 0.01},
    "bands": {0: 1e-4},
    "views_per_photo": None,
    "balance": "oversample",
    "stages": [{"train": "head", "epochs": 1}, {"train": "bands", "epochs": 2}],
}


@pytest.mark.parametrize(
    ("changes", "stops"),
    [(KERAS, (1, 4)), (FRESH, (3,)), (WHOLE, (2,))],
    ids=["keras", "fresh views", "every layer"],
)
def test_every_kind_of_training_resumes(runs, tiny, undiagnosed, changes, stops):
    recipe = fast_recipe(**changes, image_size=32)
    undisturbed = create_run(runs, recipe, tiny.root, utc_now)
    run_training(undisturbed, utc_now)
    run = create_run(runs, recipe, tiny.root, utc_now)
    for epochs in stops:
        stop_after(run, epochs)
    run_training(run, utc_now)
    assert_same_bytes(run, undisturbed)


def test_the_best_weights_survive_a_kill(runs, tiny, monkeypatch):
    """The second of four epochs is the best one; the training is stopped before and after it."""
    stages = [{"train": "bands", "epochs": 4, "keep": "best"}]
    recipe = fast_recipe(stages=stages, head={"kind": "dense", "width": 16}, image_size=32)

    def script(done):
        losses = iter([3.0, 1.0, 2.0, 4.0][done:])
        monkeypatch.setattr("core.train.loop.validate", lambda *args: (next(losses), 0.5))

    def stopped(run, done, epochs):
        script(done)
        stop_after(run, epochs)
        assert (run.path / "checkpoint" / "best.safetensors").is_file() == (epochs < 4)

    best = []

    def look(row, eta):
        if row.planned.number == 2:
            best.append((undisturbed.path / "checkpoint" / "weights.safetensors").read_bytes())

    undisturbed = create_run(runs, recipe, tiny.root, utc_now)
    script(0)
    run_training(undisturbed, utc_now, on_epoch=look)
    assert (undisturbed.path / "weights.safetensors").read_bytes() == best[0]
    assert undisturbed.summary()["validation"]["loss"] == 1.0
    monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *args: None)
    run = create_run(runs, recipe, tiny.root, utc_now)
    for done, epochs in ((0, 1), (1, 3), (3, 4)):
        stopped(run, done, epochs)
    script(4)
    run_training(run, utc_now)
    assert_same_bytes(run, undisturbed)


def epochs_reached(run):
    """How far a run is: epochs, and one more when it looks at what it learned or has looked."""
    status = run.status()
    looked = ("evaluating", "diagnosing")
    return status.epoch + (status.phase in looked or status.state == "done")


def test_killed_at_drawn_states(undisturbed, fork_server, tmp_path, tiny):
    """SIGKILL from outside, several times in one run's life; the feature cache goes in between."""
    recipe = fast_recipe(**RECIPE)
    run = create_run(tmp_path, recipe, tiny.root, utc_now)
    command = [sys.executable, "-m", "core", "resume", run.id, "--runs", str(tmp_path)]
    last = recipe.planned_epochs() + 1
    states = sorted(random.Random(0).sample(range(last + 1), 3))
    run.write_status(run.status().__class__(**{**vars(run.status()), "state": "paused"}))
    for kill, state in enumerate(states):
        process = fork_server.popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

        def there(process=process, state=state) -> bool:
            ended = process.poll() is not None  # before the look: what it reached last counts
            if run.status().pid == process.pid and epochs_reached(run) >= state:
                return True
            assert not ended, run.status()
            return False

        wait_for(there)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if kill == 1:
            for entry in (tmp_path / ".features").glob("*.safetensors"):
                entry.unlink()
    if run.status().state != "done":
        assert main(command[3:]) == 0
    assert_same_bytes(run, undisturbed, TRAINING_FILES + RESULT_FILES)


def test_a_kill_between_the_renames_of_a_checkpoint_loses_nothing(copied):
    run = copied
    place = run.path / "checkpoint"
    place.rename(run.path / ".checkpoint.old")
    assert checkpoint_folder(run.path) == run.path / ".checkpoint.old"
    (run.path / ".checkpoint.old").rename(run.path / ".checkpoint.new")
    assert checkpoint_folder(run.path) == run.path / ".checkpoint.new"
    repair_checkpoint(run.path)
    assert checkpoint_folder(run.path) == place


def test_a_checkpoint_is_written_over_the_one_before_the_last(copied):
    """Killed while it writes: the last one stands; killed before the first rename: the new one."""
    run = copied
    place, beside = run.path / "checkpoint", run.path / ".checkpoint.new"
    assert [p.name for p in run.path.glob("*checkpoint*")] == ["checkpoint"]
    shutil.copytree(place, beside)
    (beside / "state.json").unlink()
    (beside / "weights.safetensors").write_bytes(b"half")
    assert checkpoint_folder(run.path) == place
    longer = beside / "optimizer.safetensors"
    longer.write_bytes(longer.read_bytes() * 2)
    files.overwrite(longer, (place / "optimizer.safetensors").read_bytes())
    assert longer.read_bytes() == (place / "optimizer.safetensors").read_bytes()
    shutil.rmtree(beside)
    place.rename(beside)
    shutil.copytree(beside, run.path / ".checkpoint.old")
    repair_checkpoint(run.path, delete_spare=True)
    assert [p.name for p in run.path.glob("*checkpoint*")] == ["checkpoint"]


def test_a_damaged_checkpoint_is_named(copied):
    run = copied
    weights = run.path / "checkpoint" / "weights.safetensors"
    assert load_file(weights)
    weights.write_bytes(weights.read_bytes()[:100])
    run.write_status(run.status().__class__(**{**vars(run.status()), "state": "failed"}))
    run.requeue()
    with pytest.raises(RunError, match="checkpoint: the checkpoint is damaged"):
        run_training(run, utc_now)


def test_only_a_stopped_run_is_resumed(capsys, undisturbed):
    assert main(["resume", undisturbed.id, "--runs", str(undisturbed.path.parent)]) == 2
    assert "is done; only a stopped run can be resumed" in capsys.readouterr().err


def test_a_run_that_never_began_can_be_run_unless_the_worker_will(
    capsys, tmp_path, tiny, undiagnosed
):
    run = create_run(tmp_path, fast_recipe(), tiny.root, utc_now)
    Queue(tmp_path).submit(run.id)
    assert main(["resume", run.id, "--runs", str(tmp_path)]) == 2
    assert "is in the worker's queue" in capsys.readouterr().err
    Queue(tmp_path).remove(run.id)
    assert main(["resume", run.id, "--runs", str(tmp_path)]) == 0
    assert run.status().state == "done"


def test_a_run_whose_process_is_missing_is_found(tmp_path, tiny):
    run = create_run(tmp_path, fast_recipe(), tiny.root, fixed_clock)
    assert not mark_lost(run, fixed_clock)
    now = fixed_clock().isoformat()
    status = vars(run.status()) | {"state": "running", "heartbeat": now, "pid": os.getpid()}
    run.write_status(run.status().__class__(**status))
    assert not mark_lost(run, fixed_clock)
    run.write_status(run.status().__class__(**status | {"pid": 2**22 + 1}))
    assert mark_lost(run, fixed_clock)
    found = open_run(tmp_path, run.id).status()
    assert found.state == "failed"
    assert found.error is not None and "it can be resumed" in found.error
    run.write_status(run.status().__class__(**status | {"heartbeat": "2026-03-01T07:50:00+00:00"}))
    assert not mark_lost(run, fixed_clock)  # silent for an hour: the machine may have slept
