"""core.views.cam_grid: what is sent says what the files say, and its numbers are the run's own."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.base.errors import DataError
from core.data.dataset import read_dataset
from core.evaluate.localisation import density
from core.views import heat_map
from core.views.cam_grid import (
    DENSITY_STEP,
    RAW_STEPS,
    THUMBNAIL,
    TitledColumn,
    build_grid,
    mean_column,
    run_column,
    thumbnails,
)
from tests.factory import write_dataset, write_run

SET = "test_difficult"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def test_set(dataset):
    return dataset.test_set(SET)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, dataset):
    """Two crops, so two views of each photo."""
    folder = tmp_path_factory.mktemp("runs")
    return [
        write_run(folder, dataset, "quick"),
        write_run(folder, dataset, "quick", changes={"crop": "centre"}, minutes=1),
    ]


@pytest.fixture(scope="module")
def columns(runs, test_set):
    return [run_column(run, test_set) for run in runs]


def grid_of(columns, dataset, set_name=SET):
    test_set = dataset.test_set(set_name)
    titled = [TitledColumn(f"r{i}", f"run {i}", {}, one) for i, one in enumerate(columns)]
    pictures = {one.crop: thumbnails(test_set, one.crop) for one in columns if one}
    return build_grid(titled, dataset, test_set, pictures)


@pytest.fixture(scope="module")
def grid(columns, dataset):
    return grid_of(columns, dataset)


def with_arrays(run, tmp_path, **changes):
    """A copy of the run's archive of maps with some arrays changed."""
    with np.load(run.path / "cams.npz") as archive:
        arrays = dict(archive)
    np.savez(tmp_path / "cams.npz", **{**arrays, **changes})
    for name in ("recipe.yaml", "predictions.csv"):
        (tmp_path / name).write_bytes((run.path / name).read_bytes())
    return type(run)(tmp_path)


# --- what is sent ---------------------------------------------------------------------------------


def test_it_is_json_and_holds_every_photo(grid, test_set):
    assert json.loads(json.dumps(grid.metadata, allow_nan=False)) == grid.metadata
    files = [photo.file for photo in test_set.photos]
    assert [photo["file"] for photo in grid.metadata["photos"]] == files
    assert list(grid.thumbnails) == ["squash", "centre"]
    assert len(grid.thumbnails) == len(files)


def test_thumbnails_show_what_the_network_sees(grid):
    sizes = {
        crop: Image.open(io.BytesIO(grid.thumbnails[crop][0])).size for crop in grid.thumbnails
    }
    assert sizes == {"squash": (160, 120), "centre": (THUMBNAIL, THUMBNAIL)}
    ratios = {crop: view["ratios"][0] for crop, view in grid.metadata["views"].items()}
    assert ratios == {"squash": pytest.approx(4 / 3, abs=1e-3), "centre": 1}


def test_maps_are_densities_in_tenths_and_raw_values(grid, runs):
    raw = runs[0].class_maps().maps[SET].astype(np.float32)
    tenths = np.frombuffer(grid.maps["density"][0], dtype=np.uint8).reshape(raw.shape)
    assert (
        np.abs(tenths * DENSITY_STEP - np.minimum(density(raw), 25.5)).max()
        <= DENSITY_STEP / 2 + 1e-5
    )
    parts = np.frombuffer(grid.maps["raw"][0], dtype=np.int8).reshape(raw.shape)
    step = grid.metadata["rawTop"] / RAW_STEPS
    top = grid.metadata["rawTop"]
    assert np.abs(parts * step - np.clip(raw, -top, top)).max() <= step / 2 + 1e-3
    assert (np.abs(raw) > top).mean() < 0.01
    assert grid.metadata["runs"][0]["epochs"] == list(runs[0].class_maps().epochs)


def test_the_browser_gets_the_colours_of_the_heat_maps(grid):
    assert grid.metadata["top"] == heat_map.MAX_DENSITY
    assert grid.metadata["colours"] == heat_map.COLOUR_MAP.astype(int).tolist()


def test_snapshots_are_placed_by_their_share_of_the_training(grid, runs):
    facts = grid.metadata["runs"][0]
    planned = runs[0].recipe().planned_epochs()
    assert facts["progress"] == [round(epoch / planned, 3) for epoch in facts["epochs"]]
    assert facts["progress"][-1] == 1


def test_boxes_are_in_the_view(grid):
    views = grid.metadata["views"]
    whole, centre = (views[crop]["boxes"][0][0] for crop in ("squash", "centre"))
    assert whole["label"] == centre["label"]
    assert centre["x1"] - centre["x0"] > whole["x1"] - whole["x0"]
    assert 0 <= centre["x0"] < centre["x1"] <= 1


def test_the_stamp_changes_with_the_content(columns, dataset, grid):
    assert grid_of(columns, dataset).metadata["stamp"] == grid.metadata["stamp"]
    other = replace(columns[0], density=columns[0].density + 1)
    assert grid_of([other, columns[1]], dataset).metadata["stamp"] != grid.metadata["stamp"]


# --- its numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("set_name", ["test", SET])
def test_the_head_shows_the_summarys_localisation(runs, dataset, number, set_name):
    column = run_column(runs[number], dataset.test_set(set_name))
    expected = runs[number].summary()["sets"][set_name]["localisation"]
    assert column.localisation[-1] == {name: expected[name] for name in column.localisation[-1]}
    assert set(column.localisation[-1]) == {"objects", "share", "area", "lift"}


def test_the_cells_shares_are_those_of_the_head(columns):
    for column in columns:
        for shares, located in zip(column.shares, column.localisation, strict=True):
            assert np.nanmean(shares) == pytest.approx(located["share"], abs=1e-6)
            assert (~np.isnan(shares)).sum() == located["objects"]
        lift = np.nansum(column.shares[-1]) / np.nansum(column.areas)
        assert lift == pytest.approx(column.localisation[-1]["lift"], abs=1e-5)


def test_the_last_predictions_are_the_runs_own(grid, runs):
    rows = runs[0].predictions()
    rows = rows[rows["split"] == SET].set_index("file")
    for photo, chances in zip(
        grid.metadata["photos"], grid.metadata["runs"][0]["chances"][-1], strict=True
    ):
        best = grid.metadata["classes"][int(np.argmax(chances))]
        assert best == rows.loc[photo["file"], "predicted"]
    for snapshot in grid.metadata["runs"][0]["chances"]:
        assert all(sum(chances) == pytest.approx(1, abs=0.01) for chances in snapshot)


def test_each_snapshots_answers_are_its_own(tmp_path, runs, dataset):
    """Of Grad-CAM, maps do not add up to the logits: what was answered is kept beside them."""
    shape = runs[0].class_maps().log_probs["test"].shape
    answers = np.full(shape, np.log(0.25), dtype=np.float32)
    answers[0, 0] = np.log([0.7, 0.2, 0.1])
    run = with_arrays(runs[0], tmp_path, **{"log_probs.test": answers})
    chances = run_column(run, dataset.test_set("test")).probabilities
    assert chances[0, 0] == pytest.approx([0.7, 0.2, 0.1])
    assert chances[0, 1] == pytest.approx([0.25] * 3)


# --- columns that lack something ------------------------------------------------------------------


def test_a_set_without_labels_shows_predictions_alone(tmp_path):
    dataset = write_dataset(tmp_path / "data", labelled=False)
    column = run_column(write_run(tmp_path / "runs", dataset), dataset.test_set(SET))
    assert np.isnan(column.shares).all()
    assert column.localisation[-1] == {}
    facts = grid_of([column], dataset).metadata
    assert facts["photos"][0] == {"file": "img_0.jpg", "primary": None, "present": None}
    assert facts["runs"][0]["shares"][-1][0] == [None] * 3


def test_a_photo_that_the_run_never_saw_is_marked_and_not_counted(runs, test_set, tmp_path):
    with np.load(runs[0].path / "cams.npz") as archive:
        maps, files = archive[f"maps.{SET}"], archive[f"files.{SET}"]
    fewer = {f"maps.{SET}": maps[:, 1:], f"files.{SET}": files[1:]}
    column = run_column(with_arrays(runs[0], tmp_path, **fewer), test_set)
    assert column.has_maps.tolist() == [False, True, True, True, True, True]
    assert np.isnan(column.shares[:, 0]).all()
    whole = run_column(runs[0], test_set)
    assert np.array_equal(column.shares[:, 1:], whole.shares[:, 1:], equal_nan=True)
    assert column.localisation[-1]["objects"] < whole.localisation[-1]["objects"]


def test_a_run_of_other_classes_keeps_its_own(runs, columns, dataset, test_set, tmp_path):
    names = runs[0].class_maps().classes
    renamed = np.array(["atlas" if name == "background" else name for name in names])
    (tmp_path / "run").mkdir()
    run = with_arrays(runs[0], tmp_path / "run", classes=renamed)
    (run.path / "predictions.csv").unlink()
    other = run_column(run, test_set)
    facts = grid_of([columns[0], other], dataset).metadata
    assert facts["classes"] == [*dataset.classes, "atlas"]
    assert facts["runs"][1]["classes"] == list(renamed)
    red = list(names).index("red")
    assert np.array_equal(other.shares[..., red], columns[0].shares[..., red], equal_nan=True)


def test_a_run_without_maps_is_none(tmp_path, dataset, test_set):
    assert run_column(write_run(tmp_path, dataset, state="queued"), test_set) is None


def test_errors_name_the_photo(tmp_path):
    write_dataset(tmp_path)
    (tmp_path / SET / "img_2.jpg").write_bytes(b"no photo")
    with pytest.raises(DataError, match=r"img_2\.jpg"):
        thumbnails(read_dataset(tmp_path).test_set(SET), "squash")


# --- a group as a column --------------------------------------------------------------------------


def test_a_group_is_the_mean_over_its_members(tmp_path, dataset, test_set):
    runs = [
        write_run(tmp_path, dataset, changes={"seed": seed}, minutes=seed, object_evidence=looks)
        for seed, looks in ((0, 0.9), (1, 0.2))
    ]
    members = [run_column(run, test_set) for run in runs]
    mean = mean_column(members)
    assert mean.members == 2
    assert mean.votes.sum(axis=-1).tolist() == np.full(mean.votes.shape[:2], 2).tolist()
    lifts = [
        run.summary()["sets"][SET]["localisation"]["lift"] for run in runs
    ]  # as the tables take a group's lift
    assert mean.localisation[-1]["lift"] == pytest.approx(np.mean(lifts))
    for name in ("density", "probabilities", "shares"):
        one, two = (getattr(member, name).astype(float) for member in members)
        halves = (one + two) / 2
        assert np.nanmax(np.abs(getattr(mean, name) - halves)) <= 0.5 * (name == "density") + 1e-5
    facts = grid_of([mean], dataset).metadata["runs"][0]
    assert (facts["members"], facts["votes"]) == (2, mean.votes.tolist())


def test_members_that_are_behind_do_not_count(columns):
    behind = replace(columns[0], epochs=columns[0].epochs[:1])
    assert mean_column([behind, columns[0]]).members == 1
