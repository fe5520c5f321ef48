"""A whole run on the CPU in seconds: every artefact, and every way it can end."""

import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from core.base.errors import DataError, InputError
from core.base.random_streams import derived_seed
from core.data.dataset import read_dataset
from core.data.fingerprints import fingerprints
from core.jobs.tasks import recorder
from core.jobs.tasks.results import reevaluate_run
from core.jobs.tasks.train_run import run_training
from core.model.network import build_network
from core.pipeline.predict import photo_set_of, predict
from core.recipe.repeats import repeat_over_folds
from core.store.run import Run, create_run
from core.train.estimate import PARTS, Estimate
from tests.conftest import fast_recipe, fixed_clock
from tests.core.data.test_additions import add, picture
from tests.core.jobs.tasks.test_resume import Stop
from tests.factory import write_dataset, write_run

pytestmark = pytest.mark.slow


def train(folder, data, **changes):
    run = create_run(folder, fast_recipe(**changes), data, fixed_clock)
    run_training(run, fixed_clock)
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One folder of runs for those that are not about its features: they are computed once."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def finished(runs, tiny):
    return train(runs, tiny.root)


@pytest.fixture(scope="module")
def second_run(tmp_path_factory, tiny):
    """The same in another folder, which shares nothing with the first."""
    return train(tmp_path_factory.mktemp("again"), tiny.root)


@pytest.fixture
def undiagnosed(monkeypatch):
    """For what happens before the training's end, or whatever is found after it."""
    monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *args: None)


def test_the_diagnosis_is_announced_with_its_time(tmp_path, tiny):
    run = write_run(tmp_path, tiny, state="running")
    tells = recorder.Recorder(
        run,
        None,
        fixed_clock,
        lambda row, eta: None,
        recorder.PhaseTimer(),
        Estimate({"diagnose": 7.0}, observed=True),
    )
    tells.end_results_phase("evaluate")
    assert run.status().phase == "training"
    tells.end_results_phase("varied views")
    assert (run.status().phase, run.status().eta_seconds) == ("diagnosing", 7)


def test_every_file_of_the_format_is_there(finished):
    names = {path.name for path in finished.path.iterdir()}
    assert names == {
        "recipe.yaml",
        "environment.json",
        "status.json",
        "history.csv",
        "batches.csv",
        "timing.csv",
        "predictions.csv",
        "cams.npz",
        "summary.json",
        "weights.safetensors",
        "checkpoint",
        "log.txt",
        "drift.csv",
        "reliance.csv",
        "shifted.csv",
        "diagnosis.json",
    }
    assert finished.recipe() == fast_recipe()
    status = finished.status()
    assert (status.state, status.epoch, status.epochs, status.error) == ("done", 3, 3, None)


def test_history_and_batches(finished):
    history = finished.history()
    assert list(history["epoch"]) == [1, 2, 3]
    assert list(history["stage"]) == [1, 2, 2]
    assert list(history["cycle"]) == [1, 1, 2]
    assert {"train_loss", "val_loss", "val_accuracy", "lr_0-15", "lr_18-26"} <= set(history)
    batches = finished.batches()
    assert list(batches["step"]) == [1, 2, 3, 4, 5, 6]
    assert batches.groupby("epoch")["loss"].mean()[3] == pytest.approx(
        history["train_loss"].iloc[2], rel=0.3
    )


def test_predictions_cover_validation_test_sets_and_objects(finished, tiny):
    frame, varied = finished.predictions(), finished.predictions("tta")
    assert list(varied["file"]) == list(frame["file"]) and (varied["kind"] == "tta").all()
    counts = frame.groupby("split").size().to_dict()
    boxes = {t.name: sum(map(len, t.boxes.values())) for t in tiny.test_sets}
    assert counts == {
        "validation": 5,
        "test": 3,
        "test/objects": boxes["test"],
        "test_difficult": 6,
        "test_difficult/objects": boxes["test_difficult"],
    }
    p = frame[[f"p_{name}" for name in tiny.classes]].to_numpy()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    assert (frame["predicted"] == np.array(tiny.classes)[p.argmax(axis=1)]).all()


def test_validation_photos_have_class_maps_too_as_a_set_without_test_photos_needs_them(
    finished, tiny
):
    cams = finished.class_maps()
    rows = finished.predictions()
    rows = rows[rows["split"] == "validation"]
    held_out = tiny.held_out(cams.files["validation"])
    assert [photo.file for photo in held_out.photos] == list(rows["file"])
    assert [held_out.labels[file].primary for file in rows["file"]] == list(rows["primary"])
    answers = cams.log_probs["validation"][-1].argmax(1)
    assert [cams.classes[answer] for answer in answers] == list(rows["predicted"])
    with pytest.raises(DataError, match=r"train: red/gone\.jpg no longer exists"):
        tiny.held_out(["red/gone.jpg"])


def test_class_maps_are_of_each_cycles_end_and_belong_to_the_predictions(finished, tiny):
    cams = finished.class_maps()
    assert cams is not None
    assert cams.epochs == (1, 2, 3)
    assert cams.maps["test"].shape == (3, 3, 3, 2, 2)
    assert cams.maps["test"].dtype == np.float16
    frame = finished.predictions()
    p = frame[frame["split"] == "test"][[f"p_{name}" for name in tiny.classes]].to_numpy()
    logits = cams.maps["test"][-1].astype(np.float32).mean(axis=(2, 3))
    np.testing.assert_allclose(
        torch.log_softmax(torch.from_numpy(logits), 1).exp().numpy(), p, atol=5e-3
    )


def test_the_saved_weights_give_the_saved_predictions(finished, tiny):
    recipe = finished.recipe()
    torch.manual_seed(derived_seed(recipe.seed, "weights"))
    network = build_network(recipe, tiny.classes)
    network.load_state_dict(load_file(finished.path / "weights.safetensors"), strict=False)
    photos = photo_set_of(tiny.test_set("test"), recipe.image_size, recipe.crop)
    p = predict(network, photos, recipe.backbone).probabilities
    frame = finished.predictions()
    saved = frame[frame["split"] == "test"][[f"p_{name}" for name in tiny.classes]].to_numpy()
    # Folded batch norms in the run, plain ones here, and the machine's format: equal to rounding.
    low = finished.environment()["settings"]["prefix"] == "bfloat16"
    np.testing.assert_allclose(p, saved, atol=2e-3 if low else 1e-5)


def test_frozen_weights_are_named_not_copied(tmp_path, tiny, undiagnosed):
    run = train(tmp_path, tiny.root, weights="imagenet")
    with safe_open(run.path / "weights.safetensors", "pt") as file:
        assert min(int(name.split(".")[1]) for name in file.keys()) == 16  # noqa: SIM118
        assert set(file.metadata()) == {"base"}
        assert len(file.metadata()["base"]) == 64


def test_the_same_recipe_gives_the_same_bytes(finished, second_run):
    for name in (
        "history.csv",
        "batches.csv",
        "predictions.csv",
        "cams.npz",
        "weights.safetensors",
        "checkpoint/weights.safetensors",
        "checkpoint/optimizer.safetensors",
        "recipe.yaml",
    ):
        assert (second_run.path / name).read_bytes() == (finished.path / name).read_bytes(), name


def test_summary_and_environment(finished):
    summary = finished.summary()
    assert summary is not None
    assert set(summary["sets"]) == {"test", "test_difficult"}
    assert set(summary["sets"]["test_difficult"]["scores"]) >= {"primary", "object", "present"}
    assert summary["sets"]["test_difficult"]["localisation"]["lift"] >= 0
    assert summary["validation"]["accuracy"]["total"] == 5
    environment = finished.environment()
    assert {"versions", "machine", "data", "commit"} <= set(environment)
    assert len(environment["data"]["fingerprints"]["train"]) == 64
    assert environment["machine"]["threads"] >= 1


def test_the_checkpoint_holds_the_last_epoch(finished):
    place = finished.path / "checkpoint"
    assert (place / "state.json").read_text() == '{\n "epoch": 3,\n "stage": 2\n}\n'
    assert (place / "weights.safetensors").read_bytes() == (
        finished.path / "weights.safetensors"
    ).read_bytes()
    momentum = load_file(place / "optimizer.safetensors")
    assert "layers.21.weight/momentum_buffer" in momentum
    assert not any(name.startswith("layers.3.") for name in momentum)


def test_a_test_set_without_labels_is_predicted_and_not_scored(runs, tmp_path):
    data = write_dataset(tmp_path / "bare", labelled=False)
    run = train(runs, data.root)
    summary = run.summary()
    assert summary is not None
    of_set = summary["sets"]["test"]
    assert of_set.pop("origin") == {"elsewhere": True, "by": "nothing"}
    assert of_set == {
        "photos": 3,
        "single": True,
        "scores": {},
        "tta": {},
        "localisation": None,
    }
    assert summary["verdict"] in ("never learned", "too little evidence")
    assert set(run.predictions()["split"]) == {"validation", "test", "test_difficult"}


def test_a_wish_to_cancel_stops_after_the_epoch_and_keeps_it(runs, tiny):
    run = create_run(runs, fast_recipe(), tiny.root, fixed_clock)
    run_training(run, fixed_clock, on_epoch=lambda row, eta: run.request_cancel())
    status = run.status()
    assert (status.state, status.epoch, status.error) == ("cancelled", 1, None)
    assert len(run.history()) == 1
    assert run.summary() is None


def test_a_broken_photo_fails_with_a_line_that_names_it(tmp_path):
    data = write_dataset(tmp_path / "data")
    data.train[0].path.write_bytes(b"\xff\xd8\xff broken")
    run = create_run(tmp_path / "runs", fast_recipe(), data.root, fixed_clock)
    with pytest.raises(DataError, match=data.train[0].path.name):
        run_training(run, fixed_clock)
    status = run.status()
    assert status.state == "failed"
    assert status.error is not None and data.train[0].path.name in status.error


def test_any_other_error_is_one_line_in_the_status_and_whole_in_the_log(runs, tiny, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.jobs.tasks.recorder.save_checkpoint", full)
    run = create_run(runs, fast_recipe(), tiny.root, fixed_clock)
    with pytest.raises(OSError, match="No space"):
        run_training(run, fixed_clock)
    assert str(run.status().error).startswith("No space left on device; free some space")
    assert "Traceback" in (run.path / "log.txt").read_text()


def test_ctrl_c_ends_as_cancelled(runs, tiny):
    def interrupt(row, eta):
        raise KeyboardInterrupt

    run = create_run(runs, fast_recipe(), tiny.root, fixed_clock)
    with pytest.raises(KeyboardInterrupt):
        run_training(run, fixed_clock, on_epoch=interrupt)
    assert run.status().state == "cancelled"


def test_missing_data_is_told(tmp_path):
    run = create_run(tmp_path / "runs", fast_recipe(), tmp_path / "gone", fixed_clock)
    with pytest.raises(InputError, match="gone: no such folder"):
        run_training(run, fixed_clock)


def test_timing_adds_up(finished):
    timing = finished.timing()
    assert set(timing["phase"]) == set(PARTS)
    summary = finished.summary()
    assert summary is not None
    assert timing["seconds"].sum() == pytest.approx(summary["seconds"], abs=0.06)
    assert isinstance(timing, pd.DataFrame)


def test_evaluating_again_gives_the_same_bytes(tmp_path, second_run):
    """Where nothing of its features is left."""
    run = Run(shutil.copytree(second_run.path, tmp_path / second_run.id))
    names = (
        "predictions.csv",
        "shifted.csv",
        "drift.csv",
        "reliance.csv",
        "diagnosis.json",
        "summary.json",
    )
    before = {name: (run.path / name).read_bytes() for name in names}
    for name in names:
        (run.path / name).write_text("")
    reevaluate_run(run)
    assert {name: (run.path / name).read_bytes() for name in names} == before
    controls = run.controls()
    assert controls is not None and set(controls) == {"frozen", "untrained", "reasons"}
    (run.path / "weights.safetensors").unlink()
    with pytest.raises(InputError, match=r"weights\.safetensors: missing"):
        reevaluate_run(run)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_finished_run_stays_done_whatever_happens_to_its_controls(
    runs, tiny, monkeypatch, undiagnosed, error
):
    def fail(setup):
        raise error

    monkeypatch.setattr("core.jobs.tasks.results.controls", fail)
    run = create_run(runs, fast_recipe(), tiny.root, fixed_clock)
    with pytest.raises(error):
        run_training(run, fixed_clock, with_controls=True)
    assert (run.status().state, run.status().error) == ("done", None)
    assert run.controls() is None


@pytest.mark.usefixtures("reduced_diagnosis")
def test_labels_made_afterwards_are_scored_without_training(runs, tmp_path, undiagnosed):
    bare = write_dataset(tmp_path / "data", labelled=False)
    run = train(runs, bare.root)
    assert run.summary() is None
    write_dataset(tmp_path / "labelled")
    for name in ("labels.csv", "boxes.csv"):
        (bare.root / name).write_bytes((tmp_path / "labelled" / name).read_bytes())
    reevaluate_run(run)
    found = run.summary()["sets"]["test_difficult"]
    assert {"primary", "object"} <= set(found["scores"]) and found["localisation"] is not None
    assert set(run.reliance()["split"]) == {"test", "test_difficult"}


@pytest.mark.usefixtures("reduced_diagnosis")
def test_photos_that_joined_are_scored_but_part_no_run_from_its_own(
    runs, tmp_path, monkeypatch, undiagnosed
):
    """A finished run keeps its training and validation photos and answers new test photos; one
    that stopped resumes with all of its own."""
    monkeypatch.setattr("core.jobs.tasks.results.controls", lambda setup: {})
    root = write_dataset(tmp_path / "data").root
    run, noted = train(runs, root, image_size=32), fingerprints(read_dataset(root))

    def stop(row, eta):
        raise Stop

    stopped = create_run(runs, fast_recipe(seed=1, image_size=32), root, fixed_clock)
    with pytest.raises(Stop):
        run_training(stopped, fixed_clock, on_epoch=stop)
    stopped.requeue()
    add(root, "train", {f"{n}.jpg": picture(n) for n in range(5)}, label="red")
    add(root, "kitchen", {"a.jpg": picture(7)}, label="red", origin="elsewhere")
    now = fingerprints(add(root, "test", {"b.jpg": picture(8)}, label="red"))

    reevaluate_run(run)
    answers = run.predictions()
    plain = answers[answers["kind"] == "plain"].groupby("split")["file"].nunique()
    assert plain[["kitchen", "test", "validation"]].tolist() == [1, 4, 5]
    kept = run.environment()["data"]["fingerprints"]
    assert kept["train"] == noted["train"] and kept["test_sets"] == now["test_sets"]
    assert kept["earlier"]["test"] == [noted["test_sets"]["test"]["photos"]]

    run_training(stopped, fixed_clock)
    assert stopped.status().state == "done"
    assert stopped.environment()["data"]["fingerprints"] == noted
    (root / "train" / "red" / "red_0.jpg").write_bytes(picture(9))
    with pytest.raises(InputError, match="the photos have changed since"):
        reevaluate_run(run)


def test_unchanged_dataset_reads_the_same(tiny):
    assert read_dataset(tiny.root) == tiny


@pytest.mark.usefixtures("reduced_diagnosis")
def test_the_folds_of_a_run_validate_every_training_photo_once(runs, tiny):
    base = fast_recipe(stages=[{"train": "head", "epochs": 1}])
    validated = []
    for recipe in repeat_over_folds(base, 2):
        run = create_run(runs, recipe, tiny.root, fixed_clock)
        run_training(run, fixed_clock)
        frame = run.predictions()
        files = frame[frame["split"] == "validation"]["file"]
        accuracy = run.summary()["validation"]["accuracy"]
        assert accuracy["total"] == len(files) == 6
        assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
        assert accuracy["constant"] == pytest.approx(1 / 3)  # two photos of each of three classes
        validated += list(files)
    assert sorted(validated) == sorted(photo.file for photo in tiny.train)


def test_the_batches_of_the_first_epoch_show_before_it_is_done(
    runs, tiny, monkeypatch, undiagnosed
):
    seen: list[int] = []
    finish = recorder.Recorder.on_epoch

    def look(self, row, progress):
        seen.append(len(self.run.batches()))
        finish(self, row, progress)

    monkeypatch.setattr(recorder, "STATUS_SECONDS", 0)
    monkeypatch.setattr(recorder.Recorder, "on_epoch", look)
    run = create_run(runs, fast_recipe(), tiny.root, fixed_clock)
    run_training(run, fixed_clock)
    per_epoch = len(run.batches()) // 3
    assert seen == [per_epoch, per_epoch, 2 * per_epoch]  # later ones come an epoch at a time
