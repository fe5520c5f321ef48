"""`export`: files that other programs read."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.__main__ import main
from core.base.errors import InputError
from core.data.photos import read_view
from core.export import onnx_file, output
from core.export.csv_tables import export_csv
from core.export.onnx_file import export_onnx
from core.export.tensorboard_log import export_tensorboard
from core.jobs.tasks.train_run import run_training
from core.store.run import Run, create_run
from tests.conftest import fast_recipe, fixed_clock
from tests.core.conftest import reduce_diagnosis
from tests.factory import write_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dense(tiny, tmp_path_factory):
    """A finished run with the dense head, whose class maps are Grad-CAM."""
    recipe = fast_recipe(backbone="resnet18", head={"kind": "dense", "width": 16}, image_size=32)
    run = create_run(tmp_path_factory.mktemp("dense"), recipe, tiny.root, fixed_clock)
    with reduce_diagnosis():
        run_training(run, fixed_clock)
    return run


@pytest.fixture(scope="module")
def onnx(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "net.onnx"
    return trained, path, export_onnx(trained, path)


@pytest.fixture(scope="module")
def onnx_of_dense(dense, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "net.onnx"
    return dense, path, export_onnx(dense, path)


@pytest.mark.parametrize("exported", ["onnx", "onnx_of_dense"])
def test_an_onnx_file_answers_as_the_run_did_when_photos_are_prepared_as_it_says(
    exported, request, tiny
):
    trained, path, written = request.getfixturevalue(exported)
    assert written.max_difference <= 1e-3
    assert written.size == path.stat().st_size
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    said = session.get_modelmeta().custom_metadata_map
    size, mean, std = (json.loads(said[key]) for key in ("image_size", "mean", "std"))
    photos = tiny.test_set("test_difficult").photos
    views = [np.asarray(read_view(photo.path, size, said["crop"]), np.float32) for photo in photos]
    x = ((np.stack(views) / 255 - mean) / std).transpose(0, 3, 1, 2).astype(np.float32)
    log_probs, maps = session.run(["log_probabilities", "class_maps"], {"photos": x})
    rows = trained.predictions()
    rows = rows[rows["split"] == "test_difficult"]
    assert list(rows["file"]) == [photo.file for photo in photos]
    known = rows[[f"p_{name}" for name in json.loads(said["classes"])]].to_numpy()
    # A run computes its frozen layers in bfloat16 where that is fast, the file never does.
    assert np.exp(log_probs) == pytest.approx(known, abs=0.02)
    own = trained.class_maps().maps["test_difficult"][-1]
    assert maps.shape == own.shape
    assert np.abs(maps - own).max() < 0.1 * np.abs(own).max()


def test_a_file_that_answers_otherwise_is_not_written(onnx, trained, tmp_path, monkeypatch):
    right, content = onnx_file._run_onnx, onnx[1].read_bytes()
    monkeypatch.setattr(onnx_file, "onnx_model", lambda *a: content)
    monkeypatch.setattr(onnx_file, "_run_onnx", lambda *a: [x + 2e-3 for x in right(*a)])
    with pytest.raises(InputError, match=r"not written: .* differ from PyTorch's by up to 0\.002"):
        export_onnx(trained, tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_tensorboard_log_has_the_curves_and_the_maps(trained, tmp_path, tiny):
    folder = export_tensorboard(trained, tmp_path / "logs")
    assert folder == tmp_path / "logs" / trained.id
    log = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0}).Reload()
    history, batches = trained.history(), trained.batches()
    told = [(event.step, event.value) for event in log.Scalars("loss/validation")]
    assert [step for step, _ in told] == list(history["epoch"])
    assert [value for _, value in told] == pytest.approx(list(history["val_loss"]))
    assert len(log.Scalars("batch/loss")) == len(batches)
    assert any(tag.startswith("learning rate/layers ") for tag in log.Tags()["scalars"])
    pictures = [tag for tag in log.Tags()["images"] if tag.startswith("test_difficult/")]
    assert len(pictures) == len(tiny.test_set("test_difficult").photos)
    assert [event.step for event in log.Images(pictures[0])] == list(trained.class_maps().epochs)
    assert (log.Images(pictures[0])[0].width, log.Images(pictures[0])[0].height) == (160, 120)
    with pytest.raises(InputError, match="already exists"):
        export_tensorboard(trained, tmp_path / "logs")


def test_csv_tables_hold_every_score(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    folder = export_csv(run, tmp_path / "tables")
    scores = pd.read_csv(folder / "scores.csv")
    sets = run.summary()["sets"]
    found = scores.set_index(["photos", "views", "score"])
    wanted = sets["test_difficult"]
    assert found.loc[("test_difficult", "plain", "object"), "value"] == pytest.approx(
        wanted["scores"]["object"]["value"]
    )
    assert found.loc[("test_difficult", "plain", "lift"), "value"] == pytest.approx(
        wanted["localisation"]["lift"]
    )
    assert found.loc[("validation", "plain", "accuracy"), "correct"] == 14
    assert (folder / "history.csv").read_bytes() == (run.path / "history.csv").read_bytes()
    recipe = pd.read_csv(folder / "recipe.csv").set_index("key")["value"]
    assert recipe["batch_size"] == "16"


def test_a_run_that_is_not_finished_has_the_tables_it_has(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="failed")
    names = {path.name for path in export_csv(run, tmp_path / "tables").iterdir()}
    assert names == {"history.csv", "recipe.csv"}
    with pytest.raises(InputError, match=r"not finished \(failed\)"):
        export_onnx(run, tmp_path / "net.onnx")
    queued = write_run(tmp_path, tiny, state="queued", minutes=1)
    with pytest.raises(InputError, match="has not finished an epoch yet"):
        export_tensorboard(queued, tmp_path / "logs")


def test_nothing_half_written_stays(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    (run.path / "summary.json").write_text("{")
    with pytest.raises(InputError, match=r"summary\.json: damaged"):
        export_csv(Run(run.path), tmp_path / "tables")
    assert list((tmp_path / "tables").iterdir()) == []


def test_missing_packages_say_how_to_install_them(tmp_path, tiny, monkeypatch, capsys):
    monkeypatch.setattr(output, "find_spec", lambda name: None)
    run = write_run(tmp_path, tiny)
    for arguments, words in (
        (["--onnx", "net.onnx"], "onnx and onnxscript and onnxruntime are not installed"),
        (["--tensorboard", "logs"], "tensorboard is not installed"),
    ):
        assert main(["export", run.id, "--runs", str(tmp_path), *arguments]) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert words in err and "requirements-export.txt" in err


def test_the_command_tells_what_it_wrote(trained, tmp_path, capsys):
    runs = ["--runs", str(trained.path.parent)]
    assert main(["export", trained.id, *runs, "--csv", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / trained.id)
    assert main(["export", trained.id, *runs]) == 2
    assert "say what: --zip FILE, --onnx FILE" in capsys.readouterr().err
    for path, words in (
        (tmp_path / "net.pb", "must end in .onnx"),
        (tmp_path / "no" / "net.onnx", "there is no folder"),
    ):
        assert main(["export", trained.id, *runs, "--onnx", str(path)]) == 2
        assert words in capsys.readouterr().err
