import json
import re
import shutil

import pandas as pd
import pytest

from core.__main__ import main
from core.base.errors import DataError, RunError
from core.recipe.files import recipe_yaml
from core.store.lr_finder import SUGGESTION_CAVEAT, Suggestion
from core.store.run import find_runs
from tests.conftest import TOY_BOOKS, fast_recipe
from tests.factory import write_dataset

pytestmark = pytest.mark.slow


def call(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_layers(capsys):
    status, out, _ = call(capsys, "layers", "vgg16_bn")
    lines = out.splitlines()
    assert status == 0
    assert len(lines) == 1 + 49
    assert lines[1 + 34].split()[-3:] == ["34-39", "(lr", "1e-05)"]
    assert "(frozen)" in lines[1] and "(lr 0.001)" in lines[49]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            Suggestion(2.04e-3, "good", 1e-3, 3e-3, "they agree"),
            f"2.0e-03 for layers 18-26, agreement good: they agree\n{SUGGESTION_CAVEAT}\n",
        ),
        (Suggestion(None, "cannot tell", None, None, "it is flat"), "cannot tell: it is flat\n"),
    ],
)
def test_a_suggested_rate_is_of_layers_and_of_a_schedule(capsys, monkeypatch, found, said):
    curves = pd.DataFrame({"step": [0], "lr": [1e-5], "loss": [1.8], "smoothed": [1.8]})
    monkeypatch.setattr("core.pipeline.setup.set_up", lambda *args: None)
    monkeypatch.setattr("core.train.lr_finder.find_lr", lambda *args: (curves, found))
    assert call(capsys, "lr-find", "quick")[:2] == (0, said)
    told = json.loads(call(capsys, "lr-find", "quick", "--json")[1])
    assert (told["layers"], told["lr"], told["curves"][0]["loss"]) == ("18-26", found.lr, 1.8)


def test_a_dry_run_prints_groups_and_planned_epochs_and_writes_nothing(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    runs = tmp_path / "runs"
    status, out, _ = call(
        capsys, "train", "article-success", "--dry-run", "--data", TOY_BOOKS, "--runs", runs
    )
    assert status == 0
    groups = [line.split()[0] for line in out.splitlines() if line.endswith(" weights")]
    assert groups == ["0-33", "34-39", "40-42", "43-48"]
    assert out.splitlines()[1].startswith("weights: not on this machine; you can download them")
    assert out.splitlines()[-2] == "planned epochs: 82"
    assert out.splitlines()[-1].startswith("estimated time: ")
    assert find_runs(runs) == []


@pytest.mark.parametrize(("error", "kept"), [(RunError, True), (DataError, False)])
def test_a_run_that_failed_keeps_its_folder_unless_nothing_could_begin(
    capsys, monkeypatch, tmp_path, tiny, error, kept
):
    """Diverged in its first epoch, or with a photo that cannot be read."""

    def fail(run, clock, **options):
        raise error("it ended")

    monkeypatch.setattr("core.jobs.tasks.train_run.run_training", fail)
    status, _, err = call(
        capsys, "train", "quick", "--data", tiny.root, "--runs", tmp_path / "runs"
    )
    assert status == 2 and "it ended" in err
    assert len(find_runs(tmp_path / "runs")) == kept


@pytest.mark.usefixtures("reduced_diagnosis")
def test_train_prints_progress_and_the_run_folder_last(capsys, tmp_path, tiny):
    recipe = tmp_path / "fast.yaml"
    recipe.write_text(recipe_yaml(fast_recipe(weights="imagenet", views_per_photo=1)))
    runs = tmp_path / "runs"
    status, out, err = call(
        capsys,
        "train",
        recipe,
        "--data",
        tiny.root,
        "--runs",
        runs,
        "--seeds",
        "3,4",
        "--set",
        "name=two seeds",
    )
    assert status == 0
    folders = out.splitlines()
    assert len(folders) == 2
    assert all((runs / folder / "summary.json").is_file() for folder in folders)
    assert "epoch 3/3" in err and "left" in err
    status, out, _ = call(capsys, "runs", "list", "--runs", runs, "--json")
    rows = json.loads(out)
    assert {row["recipe"]["seed"] for row in rows} == {3, 4}
    assert {row["name"] for row in rows} == {"two seeds"}
    status, out, _ = call(capsys, "runs", "show", rows[0]["id"], "--runs", runs)
    assert "constant answer" in out and "lift" in out and "name: two seeds" in out
    assert "\nverdict: " in out
    status, out, _ = call(capsys, "runs", "list", "--runs", runs)
    assert len(out.splitlines()) == 3


def test_seeds_and_folds_together_train_each_with_each(capsys, tmp_path, tiny, monkeypatch):
    """What trains is recorded; that a fold trains is tested in core/train."""
    trained = []
    monkeypatch.setattr("core.cli.train.carry_on", lambda run: trained.append(run.recipe()))
    status, out, _ = call(
        capsys,
        "train",
        "quick",
        "--data",
        tiny.root,
        "--runs",
        tmp_path,
        "--seeds",
        "3,4",
        "--folds",
        "2",
    )
    assert status == 0
    assert len(out.splitlines()) == 4
    assert [(recipe.seed, recipe.split.fold) for recipe in trained] == [
        (3, 0),
        (3, 1),
        (4, 0),
        (4, 1),
    ]
    _, out, _ = call(
        capsys,
        "train",
        "quick",
        "--data",
        tiny.root,
        "--runs",
        tmp_path,
        "--folds",
        "3",
        "--dry-run",
    )
    assert "8 photos train in 1 batches, 4 validate" in out


def test_photos_are_added_and_told(capsys, tmp_path):
    dataset, runs = write_dataset(tmp_path / "books"), tmp_path / "runs"
    copy, text = tmp_path / "copy.jpg", tmp_path / "notes.jpg"
    shutil.copyfile(dataset.train[0].path, copy)
    text.write_text("hello")
    given = ("--test", "kitchen", "--class", "red", "--origin", "elsewhere", "--runs", runs)
    status, out, err = call(capsys, "data", "add", dataset.root, copy, text, *given)
    assert status == 2 and "error: 1 file was left out" in err
    assert "notes.jpg: not a photo, despite its name" in out
    assert "kitchen: 1 added (1 with a class), 0 duplicates, 1 left out" in out
    assert "warning: 1 photo of kitchen is a near-copy of training photos" in out
    status, out, _ = call(capsys, "data", "add", dataset.root, copy, "--train", "--class", "red")
    assert status == 0 and f"copy.jpg: already exists as {dataset.train[0].file}" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "either --test NAME or --train"),
        (("--train", "--test", "a"), "either --test NAME or --train"),
        (("--test", "a", "--origin", "moon"), "--origin moon: of a test set, elsewhere or"),
        (("--train", "--origin", "elsewhere"), "--origin elsewhere: of a test set"),
        (("--train", "--class", "green"), "'green' is not a class (available: background, blue,"),
    ],
)
def test_where_photos_are_added_must_be_said(capsys, tiny, options, words):
    status, _, err = call(capsys, "data", "add", tiny.root, tiny.train[0].path, *options)
    assert status == 2 and words in err


def test_covers_are_five_pages_of_a5(capsys, tmp_path):
    status, out, _ = call(capsys, "data", "covers", "-o", tmp_path / "covers.pdf")
    assert status == 0 and out.strip() == str(tmp_path / "covers.pdf")
    pages = re.findall(
        rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", (tmp_path / "covers.pdf").read_bytes()
    )
    assert [[round(float(side) / 72 * 25.4) for side in page] for page in pages] == [[148, 210]] * 5
    status, _, err = call(capsys, "data", "covers", "-o", tmp_path / "no" / "covers.pdf")
    assert status == 2 and "No such file or directory" in err


def test_data_commands(capsys, tiny):
    status, out, _ = call(capsys, "data", "check", tiny.root)
    assert status == 0
    assert "train/blue: 4 photos" in out
    assert "test_difficult: 6 photos, 6 labelled" in out
    assert "test_difficult is from " in out and "not stated)" in out
    status, out, _ = call(capsys, "data", "list", tiny.root.parent)
    assert "tiny: 12 training photos of 3 classes" in out


def test_empty_folders_say_what_to_do(capsys, tmp_path):
    assert (
        "begin with: python -m core train quick"
        in call(capsys, "runs", "list", "--runs", tmp_path)[1]
    )
    assert "no worker is running; 0 in the queue" in call(capsys, "queue", "--runs", tmp_path)[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "nosuch"], "nosuch: no preset ("),
        (["train"], "Missing argument"),
        (["trian"], "No such command"),
        (["train", "quick", "--sede", "1"], "No such option"),
        (["train", "quick", "--seeds", "1,x"], "--seeds 1,x: must be whole numbers"),
        (["train", "quick", "--seeds", "1,1"], "each seed once"),
        (["train", "quick", "--seed", "1", "--seeds", "1"], "do not go together"),
        (["train", "quick", "--folds", "1"], "split.folds: must be from 2 to 20, not 1"),
        (["train", "quick", "--folds", "13"], "13 folds need 13 photos of each class; "),
        (["train", "quick", "--seed", "-1"], "seed: must be from 0"),
        (["train", "quick", "--set", "bands.1.lr=-1"], "bands.1.lr: must be from 0 to 10"),
        (
            ["train", "quick", "--set", "label_smoothing=1"],
            "label_smoothing: must be from 0 to 0.5",
        ),
        (["train", "quick", "--data", "/nowhere"], "/nowhere: no such folder"),
        (["layers", "alexnet"], "alexnet: no such backbone"),
        (["layers", "vgg16_bn", "--map-stride", "8"], "map_stride: must be 16 or 32"),
        (["data", "check", "/nowhere"], "/nowhere: no such folder"),
        (["runs", "show", "../x"], "../x: not a run id"),
        (["runs", "show", "gone"], "gone: no such run"),
        (["cancel", "gone"], "gone: no such run"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(capsys, arguments, message):
    status, _, err = call(capsys, *arguments)
    assert status == 2
    assert err.startswith("error: ") and message in err
    assert err.count("\n") == 1


def test_draw_toy_refuses_a_folder_with_something_in_it(capsys, tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    status, _, err = call(capsys, "data", "draw-toy", "--seed", 1, "--out", tmp_path)
    assert status == 2
    assert err.startswith("error: ") and str(tmp_path) in err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
