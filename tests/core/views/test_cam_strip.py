import io
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.base.errors import DataError
from core.views.cam_strip import SIDE, cam_strip
from tests.factory import write_dataset, write_run


def test_the_same_photos_are_shown_at_each_cycles_end(tmp_path, tiny):
    runs = [write_run(tmp_path, tiny, changes={"seed": s}, minutes=s) for s in (0, 1)]
    strips = [cam_strip(run, tiny) for run in runs]
    first, second = strips
    assert first is not None and second is not None
    assert first.set_name == "test_difficult"  # the one with more boxes
    assert first.epochs == (5, 14, 32) and first.upcoming_epochs == ()
    assert [(row.file, row.label) for row in first.rows] == [
        (row.file, row.label) for row in second.rows
    ]
    maps = runs[0].class_maps()
    assert maps is not None
    for row in first.rows:
        assert row.label in tiny.classes and row.labelled and len(row.snapshots) == 3
        place = maps.files["test_difficult"].index(row.file)
        chances = np.exp(maps.log_probs["test_difficult"][:, place])
        for look, chance in zip(row.snapshots, chances, strict=True):
            assert look.probability == pytest.approx(float(chance[maps.classes.index(row.label)]))
            assert look.predicted == maps.classes[int(chance.argmax())]
            picture = Image.open(io.BytesIO(look.jpeg))
            assert max(picture.size) <= SIDE
            assert row.aspect_ratio == pytest.approx(picture.width / picture.height)
    assert first.rows[0].snapshots != second.rows[0].snapshots


def test_cycles_to_come_are_named(tmp_path, tiny):
    run = write_run(tmp_path, tiny)
    with np.load(run.path / "cams.npz") as archive:
        arrays = dict(archive)
    arrays["epochs"] = arrays["epochs"][:1]
    for name in arrays:
        if name.startswith("maps."):
            arrays[name] = arrays[name][:1]
    np.savez(run.path / "cams.npz", **arrays)
    strip = cam_strip(run, tiny)
    assert strip is not None
    assert (strip.epochs, strip.upcoming_epochs) == ((5,), (14, 32))


def test_without_maps_or_with_other_classes_there_is_none(tmp_path, tiny):
    assert cam_strip(write_run(tmp_path, tiny, state="queued"), tiny) is None
    other = replace(tiny, classes=("background", "blue", "green"))
    assert cam_strip(write_run(tmp_path, tiny, minutes=1), other) is None


def test_photos_without_labels_show_what_is_answered(tmp_path):
    bare = write_dataset(tmp_path / "bare", labelled=False)
    strip = cam_strip(write_run(tmp_path, bare), bare)
    assert strip is not None
    assert len(strip.rows) == 4
    assert all(row.snapshots[-1].predicted == row.label for row in strip.rows)
    assert not any(row.labelled for row in strip.rows)


def test_a_photo_that_is_gone_is_named(tmp_path):
    dataset = write_dataset(tmp_path / "data")
    run = write_run(tmp_path, dataset)
    shutil.rmtree(dataset.root / "test_difficult")
    with pytest.raises(DataError):
        cam_strip(run, dataset)
