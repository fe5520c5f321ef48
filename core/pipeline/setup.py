"""Everything a training needs in memory, from a recipe and a data set's folder."""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from core.base.machine import configure_device, configure_malloc, configure_threads
from core.base.random_streams import derived_seed
from core.data.dataset import Dataset, TestSet, read_dataset
from core.data.fingerprints import (
    FileDigests,
    fingerprint_history,
    fingerprints,
    photos_of_run,
    without_sets_in_capture,
)
from core.data.split import split_photos
from core.model.network import Network, build_network
from core.pipeline.feature_cache import FeatureCache
from core.pipeline.inputs import FeatureExtractor, TrainingInputs
from core.pipeline.precision import ComputeSettings, resolve_settings
from core.pipeline.predict import (
    PhotoSet,
    object_set,
    photo_set_of,
    plain_pixels,
    training_set,
    validation_set,
)
from core.pipeline.prefix import FrozenPrefix
from core.pipeline.views import TrainingViews
from core.recipe.bands import frozen_prefix_length
from core.recipe.schema import Recipe
from core.store.feature_folder import CachedShare


@dataclass(frozen=True)
class Setup:
    """A network, what it trains on, and what it is looked at with."""

    recipe: Recipe
    dataset: Dataset
    fingerprints: dict[str, Any]
    settings: ComputeSettings
    network: Network
    features: FeatureExtractor
    inputs: TrainingInputs
    validation: PhotoSet
    test_photos: tuple[PhotoSet, ...]
    cached_share: CachedShare  # how many of the features were on disk already

    @property
    def start_layer(self) -> int:
        """The layer that features enter: the length of the frozen prefix."""
        return self.features.prefix.length

    def check_photos(self) -> None:
        """Raises DataError, naming it, where a photo is not the one that was fingerprinted: before
        anything is said or kept of photos that were decoded meanwhile."""
        self.features.cache.check_inputs()

    def training_photos(self) -> PhotoSet:
        """Every photo of `train/`, plain, whether it trains or validates here. Decoded once for all
        runs at this size."""
        size, crop, photos = self.recipe.image_size, self.recipe.crop, self.fingerprints["train"]
        facts = {"set": "pixels of train", "photos": photos, "image_size": size, "crop": crop}
        pixels = self.features.cache.get_or_compute(
            facts,
            lambda: plain_pixels(self.dataset.train, size, crop, self.features.check_cancelled),
        )
        return self.features.with_features(training_set(self.dataset, pixels), photos)

    def plain_training_photos(self) -> PhotoSet:
        """The photos that train in this split, without augmentation."""
        rows, __ = split_photos(self.dataset, self.recipe)
        return self.training_photos().take(rows)

    def objects(self, test_set: TestSet) -> PhotoSet | None:
        """The labelled objects of a test set, cut out; None when there are none."""
        recipe = self.recipe
        found = object_set(test_set, self.dataset.classes, recipe.image_size, recipe.crop)
        fingerprint = repr(self.fingerprints["test_sets"][test_set.name])
        return found and self.features.with_features(found, fingerprint)


def set_up(
    recipe: Recipe,
    data_dir: Path,
    runs_dir: Path,
    check_cancelled: Callable[[], None] = lambda: None,
    on_phase_end: Callable[[str], None] = lambda phase: None,
    to_train: bool = True,
    class_order: Callable[[Iterable[str]], list[str]] = list,
    noted: Mapping[str, Any] | None = None,
    only_sets: Collection[str] | None = None,
    threads: int = 0,
) -> Setup:
    """Reads the photos, builds the network and computes or reads the frozen prefix's features.

    `check_cancelled` is called before each photo that is read and between batches of features;
    raising from it stops. `on_phase_end` is told the phases as they end: "photos", "features".
    Without `to_train` the training views' features are left until they are asked for. class_order:
    the run's (`Run.class_order`). noted: the fingerprints of a run that began earlier; photos that
    were added since do not train, nor are they looked at while it trains. A new run does not look
    at what somebody photographs just now. only_sets: of the test sets those alone are looked at.
    threads: as the run began with. Raises InputError: one line that names the photo, key or file.
    """
    threads = configure_threads(threads)
    configure_malloc()
    settings = resolve_settings(recipe)
    configure_device(settings.device)
    dataset = read_dataset(data_dir)
    dataset = dataset.in_order(class_order(dataset.classes))
    digests = FileDigests(check_cancelled)
    digest = functools.cache(digests.digest)
    if noted:
        dataset = photos_of_run(dataset, noted, digest, resumes=to_train)
    elif to_train:
        dataset = without_sets_in_capture(dataset)
    prints = fingerprints(dataset, digest)
    history = fingerprint_history(dataset, digest)
    if earlier := {split: found[1:] for split, found in history.items() if found[1:]}:
        prints["earlier"] = earlier
    if only_sets is not None:
        sets = tuple(each for each in dataset.test_sets if each.name in only_sets)
        dataset = replace(dataset, test_sets=sets)
    network = seeded_network(recipe, dataset, settings)
    prefix = FrozenPrefix(network, frozen_prefix_length(recipe), settings)
    cache = FeatureCache(runs_dir, check_inputs=digests.check_unchanged)
    features = FeatureExtractor(
        prefix, cache, recipe, network.base_weights_hash, threads, check_cancelled
    )
    training, validating = split_photos(dataset, recipe)
    size, crop = recipe.image_size, recipe.crop
    plain = validation_set(dataset, validating, size, crop, check_cancelled)
    tests = [photo_set_of(test_set, size, crop, check_cancelled) for test_set in dataset.test_sets]
    on_phase_end("photos")
    validation = features.with_features(plain, prints["train"])
    test_photos = tuple(
        features.with_features(photos, prints["test_sets"][photos.split]["photos"])
        for photos in tests
    )
    hits, misses = features.cache.hits, features.cache.misses
    views = TrainingViews(recipe, dataset, training, check_cancelled=check_cancelled)
    inputs = TrainingInputs(views, features, prints["train"])
    if to_train and any(stage.by_gradients for stage in recipe.stages):
        inputs.prepare()
    on_phase_end("features")
    later, missed = features.cache.hits - hits, features.cache.misses - misses
    known = CachedShare(hits / max(1, hits + misses), later / max(1, later + missed))
    return Setup(
        recipe, dataset, prints, settings, network, features, inputs, validation, test_photos, known
    )


def seeded_network(recipe: Recipe, dataset: Dataset, settings: ComputeSettings) -> Network:
    """The network as it is before the first epoch; its random weights come from the run's seed."""
    torch.manual_seed(derived_seed(recipe.seed, "weights"))
    low_precision = settings.training == "bfloat16"
    return build_network(recipe, dataset.classes, settings.device, low_precision)
