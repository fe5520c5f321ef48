"""How long a training will take: what earlier runs on this machine took, scaled to the recipe by
epochs, photos and layers; before the first of them, by a table of another machine's seconds.

Each finished run leaves, for every part of its time, the ratio of what it took to what the table
says; the median ratio of the newest runs corrects the next estimate. Free of torch. The parts have
the names that timing.csv uses.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from core.base import files
from core.base.cpu import cores, cpu_name
from core.data.dataset import Dataset
from core.data.object_crops import labelled_objects
from core.data.split import epoch_size, split_sizes
from core.recipe.bands import first_trained_layer, frozen_prefix_length, stage_ranges
from core.recipe.layer_table import Layer, layer_table, network_layers
from core.recipe.schema import Recipe
from core.store.feature_folder import NONE_CACHED, CachedShare
from core.store.visitors import shared_root_of
from core.train.schedule import batches_per_epoch, planned_epochs

PARTS = (
    *("photos", "features", "train", "class maps", "checkpoint"),
    *("evaluate", "varied views", "diagnose"),
)
TRAINING_PARTS = ("train", "class maps", "checkpoint")  # from the first epoch to the last
TIMING_FILE = ".timing.json"
_RATIOS_KEPT = 5
_MIN_SECONDS = 0.05  # a shorter part says nothing of the machine
# Seconds on two cores without bfloat16. A photo of 224 px through the whole network:
_PASS_SECONDS = {
    "efficientnet_lite0": 0.022,
    "mobilenet_v3_large": 0.012,
    "resnet18": 0.03,
    "resnet34": 0.06,
    "vgg16": 0.25,
    "vgg16_bn": 0.26,
}
_TRAINING_PASSES = 5  # forward with what backward needs, and backward, against a pass
_READ_SECONDS, _VIEW_SECONDS, _MASKING_SECONDS = 0.006, 0.003, 0.005  # of one photo
_SETUP_SECONDS, _SCORES_SECONDS, _BATCH_SECONDS = 0.3, 0.5, 0.003
_CHECKPOINT_SECONDS, _WRITE_MEGABYTE = 0.006, 0.004
_TTA_VIEWS, _MASKED_VIEWS = 4, 8  # of each photo (core.evaluate.tta, core.data.masking)


@dataclass(frozen=True)
class PhotoCounts:
    """Numbers of photos, of the views that an epoch shows (more than training photos when they are
    oversampled), and of labelled objects in the test photos."""

    training: int
    views_per_epoch: int
    validation: int
    tests: int
    objects: int


@dataclass(frozen=True)
class Estimate:
    """Seconds by part, in the order in which they come. observed: whether runs on this machine
    back them."""

    parts: dict[str, float]
    observed: bool

    @property
    def seconds(self) -> float:
        return round(sum(self.parts.values()), 2)


def count_photos(dataset: Dataset, recipe: Recipe) -> PhotoCounts:
    """Counts a data set's photos. Raises DataError."""
    training, validation = split_sizes(recipe, dataset)
    return PhotoCounts(
        training=training,
        views_per_epoch=epoch_size(recipe, dataset),
        validation=validation,
        tests=sum(len(test.photos) for test in dataset.test_sets),
        objects=sum(len(labelled_objects(test, dataset.classes)) for test in dataset.test_sets),
    )


def estimate(
    runs_dir: Path,
    recipe: Recipe,
    photos: PhotoCounts,
    cached_share: CachedShare = NONE_CACHED,
    run_cores: int = 0,
) -> Estimate:
    """The seconds that a run of the recipe takes; `cached_share`: features that are on disk
    already. run_cores: of each run, by default those of this process."""
    ratios = _machine_ratios(runs_dir, run_cores)
    own, others = ratios.get(recipe.backbone, {}), list(ratios.values())
    seconds = {}
    for part, of_table in table_seconds(recipe, photos, cached_share).items():
        known = own.get(part) or [ratio for each in others for ratio in each.get(part, ())]
        seconds[part] = round(of_table * (median(known) if known else 1), 2)
    return Estimate(seconds, observed=bool(ratios))


def record_timing(
    runs_dir: Path,
    recipe: Recipe,
    photos: PhotoCounts,
    cached_share: CachedShare,
    timing: pd.DataFrame,
) -> None:
    """Keeps what a finished run took against the table. timing: its timing.csv."""
    took = timing.groupby("phase")["seconds"].sum()
    path = timing_path(runs_dir)
    with files.locked(path.with_suffix(".lock")):
        ratios = _read_ratios(path)
        own = ratios.setdefault(_machine(), {}).setdefault(recipe.backbone, {})
        for part, seconds in table_seconds(recipe, photos, cached_share).items():
            if part in took and seconds >= _MIN_SECONDS:
                newest = [*own.get(part, ()), round(float(took[part]) / seconds, 4)]
                own[part] = newest[-_RATIOS_KEPT:]
        files.write_json(path, ratios)


def table_seconds(
    recipe: Recipe, photos: PhotoCounts, cached_share: CachedShare
) -> dict[str, float]:
    """Seconds by part on the table's machine: the work that there is to do."""
    layers = network_layers(recipe)
    # A layer costs by its multiplications, and by its outputs where memory is what it waits for.
    costs = _costs(layers)
    known = recipe.backbone if recipe.backbone in _PASS_SECONDS else "efficientnet_lite0"
    one_pass = _PASS_SECONDS[known] * (recipe.image_size / 224) ** 2 / sum(costs)
    if known != recipe.backbone:  # by its costs against those of a backbone that was measured
        one_pass = _PASS_SECONDS[known] / sum(_costs(layer_table(known, 32)))

    def passing(first: int, last: int) -> float:
        return one_pass * sum(costs[first:last])

    start = frozen_prefix_length(recipe)
    prefix, rest = passing(0, start), passing(start, len(layers))
    pool = recipe.views_per_photo if start else None
    view = _VIEW_SECONDS * (2 if recipe.augment.mixup else 1)
    looked_at = photos.validation + photos.tests
    new_photos = 1 - cached_share.photos if start else 1.0
    new_views = (1 - cached_share.views) * photos.training

    def derived(count: int, making: float) -> float:
        return count * (new_photos * (making + prefix) + rest)

    training = 0.0 if pool else photos.training * _READ_SECONDS  # the first epoch reads the photos
    checkpoints = maps = 0.0
    for planned in planned_epochs(recipe):
        stage = recipe.stages[planned.stage - 1]
        if not stage.by_gradients:
            training += photos.training * rest
            continue
        trained = first_trained_layer(stage_ranges(recipe, stage))
        per_view = passing(start, trained) + _TRAINING_PASSES * passing(trained, len(layers))
        per_view += 0.0 if pool else view + prefix
        batches = batches_per_epoch(photos.views_per_epoch, recipe.batch_size)
        training += photos.views_per_epoch * per_view + batches * _BATCH_SECONDS
        training += photos.validation * rest
        maps += planned.ends_cycle * looked_at * rest
        megabytes = 8 * sum(each.params for each in layers[start:]) / 1e6
        checkpoints += _CHECKPOINT_SECONDS + megabytes * _WRITE_MEGABYTE
    everyone = photos.training + photos.validation
    features = looked_at * new_photos * prefix
    if pool:
        features += new_views * (_READ_SECONDS + pool * (view + prefix))
    seconds = (
        _SETUP_SECONDS + looked_at * _READ_SECONDS,
        features,
        training,
        maps,
        checkpoints,
        _SCORES_SECONDS + derived(photos.objects, _READ_SECONDS),
        derived(_TTA_VIEWS * (looked_at + photos.objects), _VIEW_SECONDS),
        derived(_MASKED_VIEWS * photos.tests, _MASKING_SECONDS)
        + derived(2 * everyone + photos.tests, _READ_SECONDS),
    )
    return dict(zip(PARTS, seconds, strict=True))


def _costs(layers: Sequence[Layer]) -> list[float]:
    return [(each.params + 100 * each.channels) * max(1, each.side) ** 2 for each in layers]


def _machine(run_cores: int = 0) -> str:
    return f"{cpu_name()}, {run_cores or cores()} cores"


def timing_path(runs_dir: Path) -> Path:
    """Where what earlier runs took is kept, one file for all visitors of a folder of runs."""
    return shared_root_of(runs_dir) / TIMING_FILE


def _machine_ratios(runs_dir: Path, run_cores: int) -> Mapping[str, Mapping[str, Iterable[float]]]:
    """By backbone and part, of this machine's newest runs."""
    found: Mapping[str, Mapping[str, Iterable[float]]] = _read_ratios(timing_path(runs_dir)).get(
        _machine(run_cores), {}
    )
    return found


def _read_ratios(path: Path) -> dict[str, Any]:
    """Nothing where the file is missing or damaged: runs to come fill it again."""
    try:
        found = json.loads(path.read_text("utf-8"))
        for backbones in found.values():
            for parts in backbones.values():
                for ratios in parts.values():
                    if not all(ratio > 0 for ratio in ratios):
                        return {}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return dict(found)
