"""core.cam_grid: the payload says what the files say, and travels as JSON."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.cam_grid import STEP, THUMBNAIL, grid_run, payload
from core.data.dataset import read_dataset
from core.errors import DataError
from core.evaluate.cam import density
from core.evaluate.localise import localise
from tests.factory import write_dataset, write_run

SET = "test_difficult"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory, dataset):
    folder = tmp_path_factory.mktemp("runs")
    quick = write_run(folder, dataset, "quick")
    centred = write_run(folder, dataset, "quick", changes={"crop": "centre"}, minutes=1)
    return [grid_run(quick, "quick", "#0072B2"), grid_run(centred, "centred", "#E69F00")]


@pytest.fixture(scope="module")
def grid(runs, dataset):
    return payload(runs, dataset, SET)


def test_it_is_json_and_holds_every_photo(grid, dataset):
    assert json.loads(json.dumps(grid, allow_nan=False)) == grid
    photos = dataset.test_set(SET).photos
    assert [photo["file"] for photo in grid["photos"]] == [photo.file for photo in photos]
    assert all(len(view["thumbnails"]) == len(photos) for view in grid["views"].values())


def test_thumbnails_show_what_the_network_sees(grid):
    sizes = {
        crop: Image.open(io.BytesIO(base64.b64decode(view["thumbnails"][0]))).size
        for crop, view in grid["views"].items()
    }
    assert sizes == {"squash": (160, 120), "centre": (THUMBNAIL, THUMBNAIL)}


def test_maps_are_densities_in_tenths(grid, runs):
    column, run = grid["runs"][0], runs[0]
    packed = np.frombuffer(base64.b64decode(column["density"]), dtype=np.uint8)
    maps = run.maps.maps[SET]
    expected = density(maps)
    found = packed.reshape(maps.shape) * STEP
    assert np.abs(found - np.minimum(expected, 25.5)).max() <= STEP / 2 + 1e-5
    assert column["epochs"] == list(run.maps.epochs)


def test_the_last_predictions_are_the_runs_own(grid, runs):
    rows = runs[0].predictions
    rows = rows[rows["split"] == SET].set_index("file")
    for photo, chances in zip(grid["photos"], grid["runs"][0]["probabilities"][-1], strict=True):
        best = grid["classes"][int(np.argmax(chances))]
        assert best == rows.loc[photo["file"], "predicted"]
    for snapshot in grid["runs"][0]["probabilities"]:
        assert all(sum(chances) == pytest.approx(1, abs=0.01) for chances in snapshot)


def test_shares_in_the_box_are_those_of_the_summary(grid, runs, dataset):
    for column, run in zip(grid["runs"], runs, strict=True):
        found = localise(
            run.maps.maps[SET][-1], run.maps.files[SET], dataset.classes, dataset.test_set(SET),
            {photo["file"]: (160, 120) for photo in grid["photos"]}, run.crop,
        )  # fmt: skip
        shares = {
            (photo["file"], name): share
            for photo, row in zip(grid["photos"], column["shares"][-1], strict=True)
            for name, share in zip(grid["classes"], row, strict=True)
            if share is not None
        }
        expected = {(row.file, row.label): row.share for row in found.itertuples()}
        assert shares == pytest.approx(expected, abs=1e-4)


def test_boxes_are_in_the_view(grid):
    whole = grid["views"]["squash"]["boxes"][0][0]
    centre = grid["views"]["centre"]["boxes"][0][0]
    assert whole["label"] == centre["label"]
    assert centre["x1"] - centre["x0"] > whole["x1"] - whole["x0"]
    assert 0 <= centre["x0"] < centre["x1"] <= 1


def test_a_set_without_labels_shows_predictions_alone(tmp_path):
    dataset = write_dataset(tmp_path / "data", labelled=False)
    run = grid_run(write_run(tmp_path / "runs", dataset), "quick", "#0072B2")
    grid = payload([run], dataset, SET)
    assert grid["photos"][0]["primary"] is None
    assert grid["runs"][0]["shares"][-1][0] == [None] * 3
    assert len(grid["runs"][0]["probabilities"][-1]) == len(grid["photos"])


def test_a_photo_that_the_run_never_saw_is_marked(runs, dataset):
    maps = runs[0].maps
    fewer = replace(
        maps,
        files={**maps.files, SET: maps.files[SET][1:]},
        maps={**maps.maps, SET: maps.maps[SET][:, 1:]},
    )
    column = payload([replace(runs[0], maps=fewer)], dataset, SET)["runs"][0]
    assert column["known"] == [False, True, True, True, True, True]


def test_a_run_of_other_classes_gets_an_empty_column(runs, dataset):
    other = replace(runs[0].maps, classes=("a", "b", "c"))
    assert payload([replace(runs[0], maps=other)], dataset, SET)["runs"][0]["epochs"] == []


def test_a_run_without_maps_is_none(tmp_path, dataset):
    assert grid_run(write_run(tmp_path, dataset, state="queued"), "quick", "#0072B2") is None


def test_errors_name_the_set_or_the_photo(runs, tmp_path):
    dataset = write_dataset(tmp_path)
    with pytest.raises(DataError, match="no test set nowhere"):
        payload(runs, dataset, "nowhere")
    (tmp_path / SET / "img_2.jpg").write_bytes(b"no photo")
    with pytest.raises(DataError, match=r"img_2\.jpg"):
        payload(runs, read_dataset(tmp_path), SET)


def test_the_stamp_changes_with_the_content(runs, dataset, grid):
    assert payload(runs, dataset, SET)["stamp"] == grid["stamp"]
    renamed = [replace(runs[0], label="other"), runs[1]]
    assert payload(renamed, dataset, SET)["stamp"] != grid["stamp"]


def test_each_snapshots_probabilities_are_its_own_answers(tmp_path, dataset):
    """Of Grad-CAM, maps do not add up to the logits: what was answered is kept beside them."""
    run = write_run(tmp_path, dataset)
    maps = run.class_maps()
    answers = {name: np.full_like(found, np.log(0.25)) for name, found in maps.log_probs.items()}
    answers["test"][0, 0] = np.log([0.7, 0.2, 0.1])
    told = grid_run(run, "x", "#000000")
    grid = payload([replace(told, maps=replace(maps, log_probs=answers))], dataset, "test")
    assert grid["runs"][0]["probabilities"][0][0] == [0.7, 0.2, 0.1]
    assert grid["runs"][0]["probabilities"][0][1] == [0.25] * 3
