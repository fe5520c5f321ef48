"""The example runs in runs/examples/: complete, readable, what they are said to be, small, and free
of anything that tells where they were made. bench/examples.py makes them."""

from __future__ import annotations

import re
from statistics import fmean

import pytest

from core.base.files import PROJECT_ROOT
from core.data.dataset import read_dataset
from core.data.fingerprints import fingerprints
from core.store.examples import EXAMPLE_PREFIX
from core.store.groups import find_groups
from core.store.index import RunIndex, RunRow
from core.store.run import Run
from core.train.schedule import planned_epochs

FOLDER = PROJECT_ROOT / "runs" / "examples"
GROUPS = {"quick": "generalises", "looks-good": "overfit that looks good"}
SINGLE = {
    "from-scratch": "overfit, and it shows",
    "frozen-noise": "never learned",
    "four-test-photos": "too little evidence",
    "diverged": None,
}
SEEDS = range(5)
IDS = {EXAMPLE_PREFIX + name for name in SINGLE} | {
    f"{EXAMPLE_PREFIX}{name}-s{seed}" for name in GROUPS for seed in SEEDS
}
TEXT = (".json", ".yaml", ".csv", ".txt")


@pytest.fixture(scope="module")
def rows() -> dict[str, RunRow]:
    return {row.id: row for row in RunIndex(FOLDER, examples=True).rows()}


def test_no_seed_is_left_out_and_nothing_else_is_there(rows):
    assert rows.keys() == IDS
    assert {path.name for path in FOLDER.iterdir()} == IDS | {".photos"}
    assert not [row.problem for row in rows.values() if row.problem]


def test_they_are_what_they_are_said_to_be(rows):
    for name, verdict in SINGLE.items():
        assert (rows[EXAMPLE_PREFIX + name].summary or {}).get("verdict") == verdict
    assert (rows[f"{EXAMPLE_PREFIX}diverged"].status.error or "").startswith("training diverged")
    for name, verdict in GROUPS.items():
        found = {(rows[f"{EXAMPLE_PREFIX}{name}-s{s}"].summary or {})["verdict"] for s in SEEDS}
        assert found == {verdict}


def test_the_two_groups_look_equally_good_by_their_validation(rows):
    """Same errors within one photo, and losses whose ranges overlap; elsewhere they are apart."""
    groups = {g.members[0].recipe["name"]: g for g in find_groups(list(rows.values()))}
    good, bad = (groups[name] for name in GROUPS)
    assert good.repeats == bad.repeats == len(SEEDS)
    keys = ("validation", "accuracy")
    errors = {
        total - right
        for group in (good, bad)
        for total, right in zip(
            group.summary_values(*keys, "total"),
            group.summary_values(*keys, "correct"),
            strict=True,
        )
    }
    assert max(errors) - min(errors) <= 1
    losses = [group.summary_values("validation", "loss") for group in (good, bad)]
    assert max(map(min, losses)) <= min(map(max, losses))
    objects = ("sets", "test_difficult", "scores", "object", "value")
    assert fmean(good.summary_values(*objects)) > fmean(bad.summary_values(*objects)) + 0.25


@pytest.mark.parametrize("id_", sorted(IDS))
def test_each_is_complete(id_):
    run = Run(FOLDER / id_)
    history, batches = run.history(), run.batches()
    assert len(history) == run.status().epoch
    assert history["val_loss"].notna().all()
    assert set(batches["epoch"]) >= set(history["epoch"])
    if run.status().state != "done":
        return
    maps = run.class_maps()
    ends = [epoch.number for epoch in planned_epochs(run.recipe()) if epoch.ends_cycle]
    assert maps is not None
    assert list(maps.epochs) == ends
    predictions = run.predictions()
    dataset = read_dataset(run.data_dir())
    for test_set in dataset.test_sets:
        names = [photo.file for photo in test_set.photos]
        assert list(maps.files[test_set.name]) == names
        assert set(predictions.loc[predictions["split"] == test_set.name, "file"]) == set(names)
    assert len(run.predictions("tta"))
    assert {"plain", "object", "only_objects"} <= set(run.reliance()["variant"])
    assert len(run.drift())
    assert run.controls()
    assert (run.diagnosis() or {})["verdict"] == (run.summary() or {})["verdict"]


@pytest.mark.parametrize("id_", sorted(IDS))
def test_its_photos_are_in_the_project(id_):
    """Wherever the project lies: the place is told from its folder, and they are the same."""
    run = Run(FOLDER / id_)
    data = run.environment()["data"]
    assert not data["path"].startswith(("/", "."))
    assert run.data_dir().is_relative_to(PROJECT_ROOT)
    assert fingerprints(read_dataset(run.data_dir())) == data["fingerprints"]


def test_two_keep_their_weights_and_all_are_small():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    weights = {path.parent.name for path in files if path.suffix == ".safetensors"}
    assert weights == {f"{EXAMPLE_PREFIX}{name}-s0" for name in GROUPS}
    photos = FOLDER / ".photos"
    own = [p for p in files if not p.is_relative_to(photos) or "train" not in p.parts]
    assert sum(path.stat().st_size for path in own) <= 32e6


def test_nothing_tells_where_or_when_they_were_made():
    for path in FOLDER.rglob("*"):
        if path.suffix not in TEXT or not path.is_file():
            continue
        text = path.read_text("utf-8")
        assert not re.search(r'(?m)(^|["\s,=:])/\w+/', text), path  # an absolute path
        assert not re.search(r"\b20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d", text), path
        for word in ('"pid"', '"commit"', '"created"', '"system"', "Linux", "host"):
            assert word not in text, f"{path}: {word}"
