"""Time estimates: the table's work grows as the training's does, and earlier runs correct it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from core.recipe.files import load_recipe
from core.recipe.layer_table import BACKBONES
from core.store.feature_folder import ALL_CACHED, NONE_CACHED, CachedShare
from core.train import estimate as estimates
from core.train.estimate import (
    PARTS,
    PhotoCounts,
    count_photos,
    estimate,
    record_timing,
    table_seconds,
    timing_path,
)
from tests.conftest import fast_recipe

PHOTOS = PhotoCounts(training=10, views_per_epoch=10, validation=4, tests=6, objects=5)
QUICK = load_recipe("quick")


def seconds(recipe=QUICK, photos=PHOTOS, cached_share=NONE_CACHED):
    return table_seconds(recipe, photos, cached_share)


def record(runs_dir, times_as_long, recipe=QUICK):
    """A finished run that took so much longer than the table says, in each part."""
    took = [(1, part, times_as_long * each) for part, each in seconds(recipe).items()]
    timing = pd.DataFrame(took, columns=["epoch", "phase", "seconds"])
    record_timing(runs_dir, recipe, PHOTOS, NONE_CACHED, timing)


@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_backbone_has_an_estimate_whose_parts_keep_their_order(backbone, tmp_path):
    found = estimate(tmp_path, load_recipe("quick", {"backbone": backbone}), PHOTOS)
    assert tuple(found.parts) == PARTS
    assert all(each > 0 for each in found.parts.values())
    assert found.seconds == pytest.approx(sum(found.parts.values()), abs=0.01)
    assert not found.observed


def test_known_features_need_not_be_computed():
    assert seconds(cached_share=ALL_CACHED)["features"] == 0
    half = seconds(cached_share=CachedShare(1.0, 0.5))["features"]
    assert half == pytest.approx(seconds(cached_share=CachedShare(1.0, 0.0))["features"] / 2)
    assert half < seconds()["features"] / 2
    for part in ("evaluate", "varied views", "diagnose"):
        assert seconds(cached_share=ALL_CACHED)[part] < seconds()[part]


def test_work_grows_with_epochs_photos_layers_and_pixels():
    twice = load_recipe("quick", {"stages": [*({"train": "head", "epochs": n} for n in (4,))]})
    once = load_recipe("quick", {"stages": [{"train": "head", "epochs": 2}]})
    assert seconds(twice)["train"] == pytest.approx(2 * seconds(once)["train"])
    assert seconds(twice)["checkpoint"] == pytest.approx(2 * seconds(once)["checkpoint"])
    more = replace(PHOTOS, training=20, views_per_epoch=20)
    assert seconds(photos=more)["features"] > 1.7 * seconds()["features"]
    assert seconds(load_recipe("looks-good"))["train"] > seconds()["train"]  # all layers train
    assert seconds(load_recipe("looks-good"))["features"] == 0
    larger = load_recipe("quick", {"image_size": 448})
    assert seconds(larger)["class maps"] == pytest.approx(4 * seconds()["class maps"], rel=0.01)
    fresh = load_recipe("quick", {"views_per_photo": None})
    assert seconds(fresh)["train"] > 2 * seconds()["train"]  # views pass the prefix every epoch
    oversampled = replace(PHOTOS, views_per_epoch=30)
    assert seconds(photos=oversampled)["train"] > 2 * seconds()["train"]
    assert seconds(photos=oversampled)["features"] == seconds()["features"]


def test_photos_are_counted(tiny):
    found = count_photos(tiny, fast_recipe())
    boxes = [b for t in tiny.test_sets for boxes in t.boxes.values() for b in boxes]
    assert (found.training, found.validation, found.tests) == (7, 5, 9)
    assert found.objects == len(boxes)


def test_the_newest_runs_on_this_machine_correct_the_table(tmp_path, monkeypatch):
    table = estimate(tmp_path, QUICK, PHOTOS).seconds
    for slow in (2.0, 9.0, 2.0):  # once the machine was busy
        record(tmp_path, slow)
    found = estimate(tmp_path, QUICK, PHOTOS)
    assert found.observed
    assert found.seconds == pytest.approx(2 * table, rel=0.05)
    others = load_recipe("quick", {"backbone": "resnet18"})  # what no run has trained yet
    expected = 2 * sum(seconds(others).values())
    assert estimate(tmp_path, others, PHOTOS).seconds == pytest.approx(expected, rel=0.05)
    for _ in range(5):
        record(tmp_path, 3.0)  # more memory, another torch: only the newest count
    assert estimate(tmp_path, QUICK, PHOTOS).seconds == pytest.approx(3 * table, rel=0.05)
    monkeypatch.setattr(estimates, "_machine", lambda *_: "another one")
    assert estimate(tmp_path, QUICK, PHOTOS).seconds == table


@pytest.mark.parametrize("damaged", ["", "[]", "{", '{"a": 1}', '{"a": {"b": {"c": ["x", -1]}}}'])
def test_a_damaged_note_is_none_and_is_written_anew(damaged, tmp_path):
    timing_path(tmp_path).write_text(damaged)
    assert not estimate(tmp_path, QUICK, PHOTOS).observed
    record(tmp_path, 2.0)
    assert estimate(tmp_path, QUICK, PHOTOS).observed
