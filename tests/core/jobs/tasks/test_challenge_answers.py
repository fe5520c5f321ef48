"""Finished runs answer the hidden photos, in the worker and by the command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from core.base.errors import RunError
from core.cli import app
from core.data.challenge_photos import ChallengeSet, draw_challenge_set
from core.data.dataset import read_dataset
from core.data.fingerprints import truth_fingerprint
from core.evaluate.paired import photo_correctness
from core.jobs.local import LocalExecutor
from core.jobs.queue import Queue
from core.jobs.queue_forecast import entry_text
from core.jobs.tasks.challenge_answers import predict_challenge_set
from core.jobs.tasks.train_run import run_training
from core.store.lr_finder import open_work
from core.store.rescoring import ChallengeEvaluation
from core.store.run import Run, create_run
from core.store.status import utc_now
from core.toy_books import draw_toy_books
from tests.conftest import fast_recipe, fixed_clock
from tests.core.conftest import reduce_diagnosis
from tests.factory import write_run
from tests.waiting import kill_worker, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A data set of very few, very small photos of the toy books."""
    root = tmp_path_factory.mktemp("data") / "toy"
    draw_toy_books(root, 3, train_per_book=2, backgrounds=2, easy=0, difficult=3, long_side=160)
    return read_dataset(root)


@pytest.fixture(scope="module")
def trained_runs(tmp_path_factory, toy):
    """Three seeds, really trained, and a small hidden draw; tests work on copies."""
    runs = tmp_path_factory.mktemp("shared")
    recipes = [fast_recipe(seed=seed, weights="imagenet", views_per_photo=1) for seed in range(3)]
    with reduce_diagnosis():
        for recipe in recipes:
            run_training(create_run(runs, recipe, toy.root, fixed_clock), fixed_clock)
    with pytest.MonkeyPatch.context() as patch:  # of some draws two photos show no object
        patch.setattr("core.data.challenge_photos.secrets.randbits", lambda bits: 5)
        draw_challenge_set(runs, 2)
    return runs


@pytest.fixture
def runs(trained_runs, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(trained_runs, folder)
    yield folder
    kill_worker(folder)


def all_runs(folder):
    return [Run(path.parent) for path in sorted(folder.glob("2*/status.json"))]


def test_it_answers_as_it_did_when_it_was_evaluated(runs, toy, tmp_path):
    """Of photos that the run knows already, the same is said once more."""
    run = all_runs(runs)[0]
    test_set = toy.test_set("test_difficult")
    unstated = replace(test_set, origin="")  # as a draw's photos are read
    (tmp_path / "test_difficult").symlink_to(toy.root / "test_difficult")
    for table in ("labels.csv", "boxes.csv"):  # a draw has no other photos
        first, *lines = (toy.root / table).read_text().splitlines(keepends=True)
        own = [line for line in lines if line.startswith("test_difficult,")]
        (tmp_path / table).write_text("".join([first, *own]))
    known = ChallengeSet(tmp_path, truth_fingerprint(unstated), len(test_set.photos))
    rows, answered = predict_challenge_set(run, known)
    for score in ("primary", "object"):
        now = photo_correctness(rows, "test_difficult", score)
        then = photo_correctness(run.predictions(), "test_difficult", score)
        assert len(now) and now.equals(then)
    summary = run.summary()["sets"]["test_difficult"]
    assert answered.lift == pytest.approx(summary["localisation"]["lift"], rel=0.05)


def test_a_run_that_knows_other_classes_is_refused(runs, tmp_path, tiny):
    stranger = write_run(tmp_path / "other", tiny)
    with pytest.raises(RunError, match=r"classifies background, blue.*, not the toy books"):
        predict_challenge_set(stranger, draw_challenge_set(runs))


@pytest.mark.usefixtures("warm_starts")
def test_the_worker_does_it_before_runs_that_wait(runs, toy, monkeypatch):
    executor = LocalExecutor(runs, utc_now)
    with monkeypatch.context() as patch:
        patch.setattr("core.jobs.local.ensure_worker", lambda folder: None)
        waiting = executor.submit(fast_recipe(seed=9), toy.root)
        ids = [run.id for run in all_runs(runs) if run.id != waiting.id]
        executor.submit_to_challenge(ids)
        with pytest.raises(RunError, match="not finished"):
            executor.submit_to_challenge([waiting.id])
    order = [entry.work_id for entry in Queue(runs).entries()]
    assert order == [*(f".challenge/{id_}" for id_ in ids), waiting.id]
    assert entry_text(order[0], {ids[0]: "a"}) == "a: challenge evaluation"
    assert open_work(runs, order[0]).path == ChallengeEvaluation.of(runs, ids[0]).path
    executor.submit_to_challenge(ids)  # they wait already; this starts the worker
    wait_for(lambda: all(trial.status().ended for trial in ChallengeEvaluation.find_all(runs)))
    assert [trial.status().state for trial in ChallengeEvaluation.find_all(runs)] == ["done"] * 3
    draw = draw_challenge_set(runs)
    for trial in ChallengeEvaluation.find_all(runs):
        assert trial.result().draw == draw.fingerprint
        assert {*trial.challenge_predictions()["split"]} == {
            "test_difficult",
            "test_difficult/objects",
        }


def test_the_command_has_them_answer_and_prints_the_board(runs):
    done = CliRunner().invoke(app, ["challenge", "--runs", str(runs)])
    assert done.exit_code == 0, done.output
    assert "objects in 2 photos that no page shows" in done.stdout
    assert "seeds 0, 1, 2" in done.stdout
    done = CliRunner().invoke(app, ["challenge", "--runs", str(runs), "--json"])
    (board,) = json.loads(done.stdout)
    assert [line["rank"] for line in board["ranked"]] == [1]
    assert board["ranked"][0]["runs"] == [run.id for run in all_runs(runs)]

    broken = all_runs(runs)[0]
    shutil.rmtree(ChallengeEvaluation.of(runs, broken.id).path)
    (broken.path / "weights.safetensors").write_bytes(b"damaged")
    done = CliRunner().invoke(app, ["challenge", "--runs", str(runs)])
    assert done.exit_code == 2
    assert done.stderr.count("error: ") == 1 and "weights.safetensors" in done.stderr
    assert "not ranked: quick, 3 seeds" in done.stdout


def test_the_command_on_an_empty_folder(tmp_path):
    done = CliRunner().invoke(app, ["challenge", "--runs", str(tmp_path)])
    assert done.exit_code == 0 and "no run here tells the toy books apart" in done.stdout
