"""Everything a training needs in memory, from a recipe and a data set's folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.data.dataset import Dataset, TestSet, fingerprints, read_dataset
from core.data.split import holdout
from core.evaluate.predict import PhotoSet, object_set, photo_set, validation_set
from core.model.network import Network, build_network
from core.recipe import Holdout, Recipe
from core.train.feature_cache import FeatureCache
from core.train.inputs import Features, TrainingInputs
from core.train.machine import keep_memory, settle_device, settle_threads
from core.train.precision import Settings, resolve
from core.train.prefix import Prefix, prefix_length
from core.train.seeds import derived_seed
from core.train.views import TrainingViews


@dataclass(frozen=True)
class Setup:
    """A network, what it trains on, and what it is looked at with."""

    recipe: Recipe
    dataset: Dataset
    fingerprints: dict[str, Any]
    settings: Settings
    network: Network
    features: Features
    inputs: TrainingInputs
    validation: PhotoSet
    test_photos: tuple[PhotoSet, ...]

    @property
    def start(self) -> int:
        """The layer that features enter: the length of the frozen prefix."""
        return self.features.prefix.length

    def objects(self, test_set: TestSet) -> PhotoSet | None:
        """The labelled objects of a test set, cut out; None when there are none."""
        recipe = self.recipe
        found = object_set(test_set, self.dataset.classes, recipe.image_size, recipe.crop)
        if found is None:
            return None
        return self.features.of_photos(found, repr(self.fingerprints["test_sets"][test_set.name]))


def set_up(
    recipe: Recipe, data_dir: Path, runs_dir: Path, tick: Callable[[], None] = lambda: None
) -> Setup:
    """Reads the photos, builds the network and computes or reads the frozen prefix's features.

    `tick` is called between batches of features; raising from it stops. Raises InputError: one
    line that names the photo, key or file.
    """
    threads = settle_threads()
    keep_memory()
    settings = resolve(recipe)
    settle_device(settings.device)
    dataset = read_dataset(data_dir)
    prints = fingerprints(dataset)
    network = seeded_network(recipe, dataset, settings)
    prefix = Prefix(network, prefix_length(network, recipe), recipe.backbone, settings)
    features = Features(prefix, FeatureCache(runs_dir), recipe, network.base_weights, threads, tick)
    training, validating = split_photos(dataset, recipe)
    size, crop = recipe.image_size, recipe.crop
    validation = features.of_photos(
        validation_set(dataset, validating, size, crop), prints["train"]
    )
    test_photos = tuple(
        features.of_photos(photo_set(t, size, crop), prints["test_sets"][t.name]["photos"])
        for t in dataset.test_sets
    )
    inputs = TrainingInputs(TrainingViews(recipe, dataset, training), features, prints["train"])
    return Setup(
        recipe, dataset, prints, settings, network, features, inputs, validation, test_photos
    )


def seeded_network(recipe: Recipe, dataset: Dataset, settings: Settings) -> Network:
    """The network as it is before the first epoch; its random weights come from the run's seed."""
    torch.manual_seed(derived_seed(recipe.seed, "weights"))
    low_precision = settings.training == "bfloat16"
    return build_network(recipe, dataset.classes, settings.device, low_precision)


def split_photos(dataset: Dataset, recipe: Recipe) -> tuple[list[int], list[int]]:
    """Indices of the photos that train and of those that validate."""
    if not isinstance(recipe.split, Holdout):
        raise NotImplementedError("other splits are refused when a recipe is read")
    return holdout(dataset.train_labels, recipe.split)
