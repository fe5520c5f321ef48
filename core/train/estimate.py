"""How long a training will take: arithmetic over what a calibration measured (core.train.speed).

Free of torch and of any look at the clock, so that the dashboard can answer at every change of a
control. The parts have the names that timing.csv uses, so that both can be laid side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.dataset import Dataset
from core.data.object_crops import labelled_objects
from core.data.photos import photo_size
from core.data.split import epoch_size, split_sizes
from core.recipe.bands import BandRange, first_trained_layer, frozen_prefix_length, stage_ranges
from core.recipe.layer_table import head_start
from core.recipe.network_layers import network_layers
from core.recipe.schema import Augment, Recipe
from core.store.feature_folder import NONE_CACHED, CachedShare
from core.train.schedule import batches_per_epoch, planned_epochs
from core.train.speed import Speed

PARTS = (
    "photos",
    "features",
    "train",
    "class maps",
    "checkpoint",
    "evaluate",
    "varied views",
    "diagnose",
)
TRAINING_PARTS = ("train", "class maps", "checkpoint")  # from the first epoch to the last
_SAMPLED_PHOTOS = 8  # photos whose size is read from their header, to know what reading one costs
_CHECKPOINT_FILES = 6  # history, batches, timing, weights, optimizer, state
_OPTIMIZER_STATES = {"sgd": 1, "adam": 2, "adamw": 2, "rmsprop": 1}  # numbers kept of each weight
# What no calibration measures, for it is short: reading the data set and building the network; the
# scores; where the evidence of a test photo lies. Seconds on the two cores it was written on.
_SETUP_SECONDS, _SCORES_SECONDS, _LOCALISATION_SECONDS = 0.3, 0.2, 0.006
_MASKING_SECONDS = 0.005  # painting the objects of a photo over
_TTA_VIEWS = 4  # views of each photo and object beside the plain one (core.evaluate.tta)
_MASKED_VIEWS = (
    8  # pictures of each test photo, three fills of nearly three kinds (core.data.masking)
)


@dataclass(frozen=True)
class PhotoCounts:
    """What there is to work on: numbers of photos, of the views that an epoch shows (more than
    training photos when they are oversampled), of labelled objects in the test photos, and how
    large a photo is in million pixels."""

    training: int
    views_per_epoch: int
    validation: int
    tests: int
    objects: int
    megapixels: float


@dataclass(frozen=True)
class Estimate:
    """Seconds by part, in the order in which they come."""

    parts: dict[str, float]

    @property
    def seconds(self) -> float:
        return round(sum(self.parts.values()), 2)


def count_photos(dataset: Dataset, recipe: Recipe) -> PhotoCounts:
    """Counts a data set's photos; looks at the headers of a few. Raises DataError."""
    training, validation = split_sizes(recipe, dataset)
    step = max(1, len(dataset.train) // _SAMPLED_PHOTOS)
    sizes = [photo_size(photo.path) for photo in dataset.train[::step][:_SAMPLED_PHOTOS]]
    return PhotoCounts(
        training=training,
        views_per_epoch=epoch_size(recipe, dataset),
        validation=validation,
        tests=sum(len(test.photos) for test in dataset.test_sets),
        objects=sum(len(labelled_objects(test, dataset.classes)) for test in dataset.test_sets),
        megapixels=sum(width * height for width, height in sizes) / 1e6 / max(1, len(sizes)),
    )


def estimate(
    recipe: Recipe, speed: Speed, photos: PhotoCounts, cached_share: CachedShare = NONE_CACHED
) -> Estimate:
    """The seconds that a run of the recipe takes; `cached_share`: features that are on disk
    already."""
    return Estimate(_EstimateParts(recipe, speed, photos, cached_share).parts())


def view_seconds(augment: Augment, speed: Speed) -> float:
    """One augmented view: its changes as often as they happen. Zoom and rotation are one step."""
    turned = augment.rotate.p if augment.rotate else 0.0
    shares = {
        "resample": 1.0 if augment.zoom else turned,
        "lighting": 1.0 if augment.lighting else 0.0,
        "cutout": augment.cutout.p if augment.cutout else 0.0,
        "erase": augment.erase.p if augment.erase else 0.0,
        "blur": augment.blur.p if augment.blur else 0.0,
    }
    seconds = speed.view + sum(share * speed.changes[name] for name, share in shares.items())
    return seconds * (2 if augment.mixup else 1)  # mixup mixes two views


class _EstimateParts:
    """The arithmetic, a method for each part."""

    def __init__(
        self, recipe: Recipe, speed: Speed, photos: PhotoCounts, cached_share: CachedShare
    ) -> None:
        self.recipe, self.speed, self.photos, self.cached_share = (
            recipe,
            speed,
            photos,
            cached_share,
        )
        self.head = head_start(recipe.backbone, recipe.map_stride)
        self.layers = network_layers(recipe)
        self.start_layer = frozen_prefix_length(recipe, self.head, len(self.layers))
        self.view = view_seconds(recipe.augment, speed)
        self.read = speed.decode + speed.decode_megapixel * photos.megapixels
        self.prefix = sum(speed.prefix[: self.start_layer])
        self.predict_seconds = sum(
            speed.forward[self.start_layer :]
        )  # of a photo whose features are known
        self.views_per_photo = recipe.views_per_photo if self.start_layer else None

    def parts(self) -> dict[str, float]:
        found = (
            self.setup(),
            self.features(),
            self.training(),
            self.class_maps(),
            self.checkpoints(),
            self.evaluation(),
            self.tta_views(),
            self.diagnosis(),
        )
        return {name: round(seconds, 2) for name, seconds in zip(PARTS, found, strict=True)}

    def setup(self) -> float:
        """Building the network, and reading the photos that are looked at as they are."""
        return _SETUP_SECONDS + (self.photos.validation + self.photos.tests) * self.read

    def features(self) -> float:
        plain, views = self.photos.validation + self.photos.tests, self.photos.training
        seconds = self.cached_features(plain, self.cached_share.photos)
        if self.views_per_photo is not None:
            seconds += self.cached_features(views * self.views_per_photo, self.cached_share.views)
            if self.cached_share.views < 1:
                seconds += views * (
                    self.read + (1 - self.cached_share.views) * self.views_per_photo * self.view
                )
        return seconds

    def cached_features(self, count: int, cached_share: float) -> float:
        """Features of so many views: through the prefix and onto the disk, or from there."""
        if not self.start_layer:
            return 0.0
        last = self.layers[self.start_layer - 1]
        size = 2 if self.speed.prefix_format == "bfloat16" else 4
        megabytes = count * last.channels * max(1, last.side) ** 2 * size / 1e6
        reading = megabytes * self.speed.read_megabyte  # checking what is written costs the same
        return reading + (1 - cached_share) * (
            count * self.prefix + megabytes * self.speed.write_megabyte
        )

    def training(self) -> float:
        """Every epoch: views where they are not kept, batches, and the look at validation."""
        seconds = 0.0
        per_epoch = [self.epoch(number) for number in range(len(self.recipe.stages))]
        for planned in planned_epochs(self.recipe):
            seconds += per_epoch[planned.stage - 1]
        if self.views_per_photo is None:
            seconds += self.photos.training * self.read  # the first epoch reads the photos
        return seconds

    def epoch(self, stage_number: int) -> float:
        recipe, speed = self.recipe, self.speed
        stage = recipe.stages[stage_number]
        ranges = stage_ranges(recipe, stage, self.head, len(self.layers))
        frozen = min(first_trained_layer(ranges), self.head)
        moving = recipe.frozen_bn == "train" and stage.train != "head"
        asleep = speed.train_forward if moving else speed.forward
        per_photo = sum(asleep[self.start_layer : frozen]) + self.trained(ranges, frozen)
        if self.views_per_photo is None:
            per_photo += self.view + self.prefix
        batches = batches_per_epoch(self.photos.views_per_epoch, recipe.batch_size)
        millions = (
            sum(
                layer.params
                for band in ranges
                if not band.frozen
                for layer in self.layers[band.first : band.last + 1]
            )
            / 1e6
        )
        return (
            self.photos.views_per_epoch * per_photo
            + batches * (speed.batch + speed.step * millions)
            + self.photos.validation * self.predict_seconds
        )

    def trained(self, ranges: Sequence[BandRange], frozen: int) -> float:
        """Forward and backward through a photo's layers from the first that trains. A frozen layer
        after it hands the gradient on without one of its own: half the work."""
        seconds = 0.0
        for band in ranges:
            share = 0.5 if band.frozen else 1.0
            for layer in range(max(band.first, frozen), band.last + 1):
                seconds += self.speed.train_forward[layer] + share * self.speed.backward[layer]
        return seconds

    def class_maps(self) -> float:
        snapshots = sum(len(stage.cycle_lengths()) for stage in self.recipe.stages)
        looked_at = self.photos.validation + self.photos.tests
        return snapshots * (looked_at * self.predict_seconds + self.speed.write)

    def checkpoints(self) -> float:
        """Files at every epoch's end; weights, the optimizer's numbers of each and, where a stage
        keeps its best, the best weights are four bytes each."""
        trained = sum(layer.params for layer in self.layers[self.start_layer :])
        seconds = 0.0
        for stage in self.recipe.stages:
            name = (stage.optimizer or self.recipe.optimizer).name
            numbers = 1 + _OPTIMIZER_STATES[name] + (stage.keep == "best")
            files = _CHECKPOINT_FILES + (stage.keep == "best")
            megabytes = numbers * 4 * trained / 1e6
            seconds += sum(stage.cycle_lengths()) * (
                files * self.speed.write + megabytes * self.speed.write_megabyte
            )
        return seconds

    def evaluation(self) -> float:
        photos = self.photos
        objects = photos.objects * self.read + self.cached_features(
            photos.objects, self.cached_share.photos
        )
        scores = _SCORES_SECONDS + photos.tests * _LOCALISATION_SECONDS
        return scores + objects + photos.objects * self.predict_seconds

    def tta_views(self) -> float:
        photos = self.photos
        asked = photos.validation + photos.tests + photos.objects
        return self.derived_pictures(_TTA_VIEWS * asked, self.speed.view)

    def diagnosis(self) -> float:
        """Objects painted over; every photo through the network as it began and as it is."""
        photos = self.photos
        blanked = self.derived_pictures(_MASKED_VIEWS * photos.tests, _MASKING_SECONDS)
        everyone = photos.training + photos.validation
        reading = (1 - self.cached_share.photos) * everyone * self.read
        passes = (everyone + photos.tests) * (2 - self.cached_share.photos) + photos.tests
        return (
            blanked
            + reading
            + self.cached_features(everyone, self.cached_share.photos)
            + passes * self.predict_seconds
        )

    def derived_pictures(self, pictures: int, making: float) -> float:
        """Pictures made of photos (core.evaluate.derived_predictions), which are not made again
        where their features are known."""
        made = 1 - self.cached_share.photos if self.start_layer else 1.0
        kept = self.cached_features(pictures, self.cached_share.photos)
        return made * pictures * making + kept + pictures * self.predict_seconds
