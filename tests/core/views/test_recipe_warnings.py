"""Each caution speaks where it should, and nowhere else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from core.recipe.files import load_recipe
from core.views.recipe_warnings import RULES, SECTIONS, find_warnings
from tests.core.data.test_shoots import set_time
from tests.factory import write_dataset

DOCS = Path(__file__).resolve().parents[3] / "docs"
DENSE = {"kind": "dense"}
FOLDS = {"method": "kfold", "folds": 5}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Eight photos of each of three classes: five validate."""
    return write_dataset(tmp_path_factory.mktemp("photos") / "books", photos=8)


def warning_names(photos, preset="quick", **changed):
    return [caution.name for caution in find_warnings(load_recipe(preset, changed), photos)]


def test_the_default_recipe_on_enough_photos_needs_none(tmp_path):
    assert warning_names(write_dataset(tmp_path / "books", photos=16)) == []


@pytest.mark.parametrize(
    ("name", "preset", "changed", "without"),
    [
        ("bare-photos", "quick-bare", {}, {"augment.flip": "horizontal"}),
        ("thin-folds", "quick", {"split": FOLDS}, {"split": FOLDS | {"folds": 4}}),
        ("fresh-views-take-long", "article-success", {}, {"views_per_photo": 8}),
        ("front-layers-learn-fast", "looks-good", {}, {"bands.0.lr": 3e-3}),
        ("rates-far-too-high", "quick", {"bands.3.lr": 1.0}, {"bands.3.lr": 0.3}),
        ("more-rates-than-evidence", "quick", {}, {"bands": [{"from": 0, "lr": 1e-4}]}),
        ("nothing-to-keep", "article-success", {}, {"frozen_bn": "eval"}),
        ("dense-head", "quick", {"head": DENSE}, {"head": {"kind": "class_map"}}),
        ("frozen-at-random", "quick", {"weights": "none"}, {"bands": [{"from": 0, "lr": 1e-4}]}),
        (
            "bands-unused",
            "quick",
            {"stages": [{"train": "head", "epochs": 1}]},
            {"stages": [{"train": "bands", "epochs": 1}]},
        ),
    ],
)
def test_a_rule_speaks_for_its_shape_alone(photos, name, preset, changed, without):
    assert name in warning_names(photos, preset, **changed)
    assert name not in warning_names(photos, preset, **{**changed, **without})


def test_shoots_are_torn_apart_by_a_random_split_alone(tmp_path):
    photos = write_dataset(tmp_path / "books", photos=16)
    for i, photo in enumerate(photos.train):
        set_time(photo.path, datetime(2026, 5, 1 + i % 2))
    assert warning_names(photos) == ["shoots-torn-apart"]
    assert "2 shoots" in find_warnings(load_recipe("quick"), photos)[0].text
    assert warning_names(photos, split={"method": "group", "folds": 2}) == []


def test_rules_stay_with_what_they_know(photos):
    adam = {"bands.3.lr": 1.0, "optimizer": {"name": "adam"}}
    assert "rates-far-too-high" not in warning_names(photos, **adam)
    unused = {"stages": [{"train": "head", "epochs": 1}]}
    assert "front-layers-learn-fast" not in warning_names(photos, "looks-good", **unused)
    assert "nothing-to-keep" not in warning_names(photos, "looks-good", frozen_bn="train")


def test_every_caution_names_its_source_in_words_and_a_column(photos):
    unused = [{"train": "head", "epochs": 1}]
    recipes = [
        load_recipe("looks-good", {"split": FOLDS, "bands.0.lr": 1.0}),
        load_recipe("article-success", {"weights": "none"}),
        load_recipe("quick", {"head": DENSE, "stages": unused}),
    ]
    told = {c.name: c for recipe in recipes for c in find_warnings(recipe, photos)}
    assert len(told) == len(RULES) - 1  # but for shoots, which these photos do not have
    for caution in told.values():
        assert caution.section in SECTIONS
        assert len(caution.text.split()) < 70
        assert caution.source.startswith(("arithmetic", "docs/"))


@pytest.mark.parametrize("numbers", ["0.71", "0.26", "2.03", "rates x100"])
def test_what_the_cautions_quote_is_in_the_docs(numbers):
    assert numbers in (DOCS / "evidence.md").read_text("utf-8")
