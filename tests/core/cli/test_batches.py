"""`train` with a batch: every recipe with every seed, taken up where it was stopped."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.__main__ import main
from core.base.errors import RunError
from core.base.yaml_files import dump_yaml
from core.data.fingerprints import fingerprints
from core.recipe.files import recipe_dict
from core.store.run import Run, find_runs
from tests.conftest import fast_recipe

pytestmark = pytest.mark.slow


def call(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def batch(tmp_path):
    path = tmp_path / "sizes.yaml"
    base = recipe_dict(fast_recipe())
    path.write_text(dump_yaml({"base": base, "vary": {"batch_size": [4, 6]}}))
    return path


@pytest.fixture
def fake_training(monkeypatch, tiny):
    """Runs that are done at once, or fail where their recipe's name is in `fails`."""
    fails: list[str] = []
    trained: list[str] = []

    def carry_on(run: Run) -> None:
        name = f"{run.recipe().name.split(', ')[1]} seed {run.recipe().seed}"
        trained.append(name)
        facts = run.environment()
        facts["data"]["fingerprints"] = fingerprints(tiny)
        (run.path / "environment.json").write_text(json.dumps(facts))
        state = "failed" if name in fails else "done"
        run.write_status(replace(run.status(), state=state))
        if state == "failed":
            raise RunError("stages.1: the loss is not a number")

    monkeypatch.setattr("core.cli.train.carry_on", carry_on)
    return fails, trained


@pytest.mark.usefixtures("reduced_diagnosis")
def test_a_batch_trains_and_is_not_trained_again(capsys, tmp_path, tiny, batch):
    runs = tmp_path / "runs"
    status, out, _ = call(capsys, "train", batch, "--data", tiny.root, "--runs", runs)
    assert status == 0
    folders = out.splitlines()
    assert [Run(runs / folder).recipe().batch_size for folder in folders] == [4, 6]
    assert all((runs / folder / "summary.json").is_file() for folder in folders)
    status, out, err = call(capsys, "train", batch, "--data", tiny.root, "--runs", runs)
    assert status == 0
    assert out.splitlines() == folders
    assert err.count("is done already") == 2
    assert len(find_runs(runs)) == 2


def test_each_seed_sees_every_recipe_before_the_next(capsys, tmp_path, tiny, batch, fake_training):
    _, trained = fake_training
    status, out, _ = call(
        capsys,
        "train",
        batch,
        "--data",
        tiny.root,
        "--runs",
        tmp_path,
        "--seeds",
        "3,4",
        "--set",
        "augment.mixup=0",
    )
    assert status == 0
    assert len(out.splitlines()) == 4
    assert trained == [
        "batch_size 4 seed 3",
        "batch_size 6 seed 3",
        "batch_size 4 seed 4",
        "batch_size 6 seed 4",
    ]


def test_a_run_that_fails_does_not_stop_the_others_and_is_taken_up(
    capsys, tmp_path, tiny, batch, fake_training
):
    fails, trained = fake_training
    fails.append("batch_size 4 seed 0")
    arguments = ["train", batch, "--data", tiny.root, "--runs", tmp_path / "runs"]
    status, out, err = call(capsys, *arguments)
    assert status == 2
    assert trained == ["batch_size 4 seed 0", "batch_size 6 seed 0"]
    assert len(out.splitlines()) == 1
    assert "failed: stages.1: the loss is not a number" in err
    assert err.splitlines()[-1].startswith("error: 1 of 2 runs failed: ")
    assert err.count("error: ") == 1
    fails.clear()
    status, out, err = call(capsys, *arguments)
    assert status == 0
    assert trained[2:] == ["batch_size 4 seed 0"]  # the same folder, taken up
    assert len(out.splitlines()) == len(find_runs(tmp_path / "runs")) == 2


def test_a_dry_run_lists_recipes_and_the_time_of_all(capsys, tmp_path, tiny, batch, fake_training):
    runs = tmp_path / "runs"
    arguments = ["train", batch, "--data", tiny.root, "--runs", runs]
    status, out, _ = call(capsys, *arguments, "--dry-run", "--folds", "2")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "batch: sizes, 4 runs; varied: batch_size"
    assert [line.split(":")[0].strip() for line in lines[2:-1]] == [
        f"sizes, batch_size {size}, seed 0 fold {fold}" for size in (4, 6) for fold in (0, 1)
    ]
    assert lines[-1].startswith("estimated time: ") and lines[-1].endswith(" for 4 runs")
    assert find_runs(runs) == []
    call(capsys, *arguments)
    _, out, _ = call(capsys, *arguments, "--dry-run")
    assert out.count("epochs, done: ") == 2
    assert out.splitlines()[-1] == "estimated time: 0 s for 0 runs"


def test_several_runs_of_one_recipe_have_the_time_of_all(capsys, tmp_path, tiny):
    recipe = tmp_path / "fast.yaml"
    recipe.write_text(dump_yaml(recipe_dict(fast_recipe())))
    _, out, _ = call(
        capsys,
        "train",
        recipe,
        "--data",
        tiny.root,
        "--runs",
        tmp_path,
        "--seeds",
        "1,2,3",
        "--dry-run",
    )
    assert " for all 3; rough" in out.splitlines()[-1]


def test_a_batch_of_seeds_takes_no_seeds(capsys, tmp_path, tiny):
    path = tmp_path / "seeds.yaml"
    path.write_text("base: quick\nvary: {seed: [0, 1]}\n")
    arguments = ["train", path, "--data", tiny.root, "--runs", tmp_path, "--dry-run"]
    status, _, err = call(capsys, *arguments, "--seeds", "0,1")
    assert status == 2
    assert "the batch varies that itself" in err
