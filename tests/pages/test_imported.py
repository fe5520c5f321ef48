"""From a zip without a test set to a verdict, with no hand on the keyboard in between."""

from __future__ import annotations

import shutil
import zipfile

import pytest

from core.data.importer import import_photos
from core.jobs.tasks.train_run import run_training
from core.store.run import create_run
from tests.conftest import fast_recipe, fixed_clock
from tests.core.conftest import reduce_diagnosis
from tests.pages.conftest import visible_text


@pytest.fixture(autouse=True)
def reduced_diagnosis():
    with reduce_diagnosis():
        yield


@pytest.fixture
def imported(tmp_path, tiny, runs):
    """The photos of two classes, three of each, in a zip without anything else."""
    packed = tmp_path / "mine.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for photo in tiny.train:
            name, file = photo.file.split("/")
            if name != "background" and not file.endswith("3.jpg"):
                archive.write(photo.path, f"photos/{name}/{file}")
    dataset, _ = import_photos(packed, tmp_path / "dataset")
    return dataset


def test_a_zip_without_a_test_set_trains_to_a_verdict_that_every_page_shows(
    runs, imported, open_page
):
    run = create_run(runs, fast_recipe(split__validation=0.2), imported.root, fixed_clock)
    run_training(run, fixed_clock, with_controls=True)
    other = create_run(runs, fast_recipe(seed=1), imported.root, fixed_clock)
    run_training(other, fixed_clock)
    assert run.status().state == "done"
    assert set(run.predictions()["split"]) == {"validation"}
    summary, diagnosis, controls = run.summary(), run.diagnosis(), run.controls()
    assert summary is not None and diagnosis is not None and controls is not None
    assert summary["sets"] == {} and summary["verdict"] == "too little evidence"
    assert controls["frozen"]["validation"]["accuracy"]["total"] == 2
    app = open_page("train")
    assert not app.exception
    assert "6 training photos in 2 classes. Test sets: none." in visible_text(app)
    for page, word in [
        ("runs", ""),
        ("run", "A network that only knows the shoot could do as well"),
        ("compare", ""),
        ("cams", "you see validation photos from the same shoot"),
    ]:
        app = open_page(page, runs=f"{run.id},{other.id}", run=run.id)
        assert not app.exception, page
        assert not app.error, page
        assert word in visible_text(app), page


def test_a_test_set_with_folders_for_labels_has_maps_and_scores(tmp_path, runs, tiny, open_page):
    mine = tmp_path / "mine"
    shutil.copytree(tiny.root / "train", mine / "train")
    for name in ("red", "blue"):
        (mine / "test" / name).mkdir(parents=True)
        shutil.copy(tiny.root / "test" / "img_0.jpg", mine / "test" / name / f"{name}.jpg")
    dataset, _ = import_photos(mine, tmp_path / "dataset")
    run = create_run(runs, fast_recipe(), dataset.root, fixed_clock)
    run_training(run, fixed_clock)
    summary, maps = run.summary(), run.class_maps()
    assert summary is not None and maps is not None
    assert summary["sets"]["test"]["scores"]["primary"]["total"] == 2
    assert maps.maps["test"].shape[:2] == (3, 2)
    for page in ("run", "compare", "cams"):
        app = open_page(page, runs=run.id, run=run.id)
        assert not app.exception and not app.error, page


def test_the_train_page_tells_of_near_copies(dataset, open_page):
    app = open_page("train")
    assert not app.exception
    assert "near-copy" not in " ".join(box.label for box in app.expander)
    shutil.copy(dataset.train[0].path, dataset.root / "test" / "again.jpg")
    app = open_page("train")
    assert not app.exception
    (warning,) = [box for box in app.expander if "near" in box.label]
    assert warning.label.replace("\\", "") == (
        "1 photo of test is a near-copy of training photos: scores on it are meaningless."
    )
    assert dataset.train[0].file in warning.markdown[0].value.replace("\\", "")
