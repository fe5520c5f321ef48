"""What the trained layers are fed: photos, or features that the frozen prefix gave once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from core.pipeline.feature_cache import FeatureCache
from core.pipeline.predict import PhotoSet
from core.pipeline.prefix import PREFIX_BATCH, FrozenPrefix
from core.pipeline.views import TrainingViews, normalise
from core.recipe.schema import Recipe, part_dict


class FeatureExtractor:
    """Makes and keeps the prefix's features of a run.

    An entry of the cache is named by all that its features depend on: weights, layers, formats and
    photos; the pool of training views by the augmentation and the seed besides. `tick` is called
    between batches."""

    def __init__(
        self,
        prefix: FrozenPrefix,
        cache: FeatureCache,
        recipe: Recipe,
        weights: str,
        threads: int,
        check_cancelled: Callable[[], None] = lambda: None,
    ) -> None:
        self.prefix, self.cache, self.recipe = prefix, cache, recipe
        self.check_cancelled = check_cancelled
        self._key_fields: dict[str, Any] = {
            "backbone": recipe.backbone,
            "map_stride": recipe.map_stride,
            "image_size": recipe.image_size,
            "crop": recipe.crop,
            "weights": weights if weights != "none" else f"none, seed {recipe.seed}",
            "length": prefix.length,
            "batch": PREFIX_BATCH,
            "threads": threads,
            "device": prefix.settings.device,
            "format": prefix.settings.prefix,
        }

    def with_features(
        self, photos: PhotoSet, fingerprint: str, compute_pixels: Callable[[], Tensor] | None = None
    ) -> PhotoSet:
        """The set with its features; without a prefix, as it is. `compute_pixels` gives the set's
        pixels where they are worth making only if the cache does not know their features."""
        if self.prefix.length == 0:
            return photos

        def compute() -> Tensor:
            found = []
            everything = photos.pixels if compute_pixels is None else compute_pixels()
            for pixels in torch.split(everything, PREFIX_BATCH):
                self.check_cancelled()
                found.append(self.prefix(normalise(pixels.float().div_(255), self.recipe.backbone)))
            return torch.cat(found)

        facts = {
            "set": photos.split,
            "files": photos.files,
            "photos": fingerprint,
            **self._key_fields,
        }
        return replace(photos, features=self.cache.get_or_compute(facts, compute))

    def pool_features(self, views: TrainingViews, fingerprint: str) -> Tensor:
        """Features of every view of the pool: (views, photos, channels, rows, columns).

        Each view of the pool is an entry of its own, so that a run that is stopped in between loses
        one view at most, and a larger pool begins with what a smaller one computed."""
        facts = {
            "set": "pool",
            "files": views.files,
            "photos": fingerprint,
            "seed": self.recipe.seed,
            "augment": part_dict(self.recipe.augment),
            **self._key_fields,
        }
        if self.recipe.augment.mixup and self.recipe.balance != "none":
            facts["partners"] = self.recipe.balance  # whom a view is mixed with
        found = []
        for number in range(self.recipe.views_per_photo or 0):
            shown = [(photo, number) for photo in range(len(views.files))]
            compute = partial(self.view_features, views, shown)
            found.append(self.cache.get_or_compute(facts | {"view": number}, compute))
        return torch.stack(found)

    def cached_tensor(self, key_fields: dict[str, Any], compute: Callable[[], Tensor]) -> Tensor:
        """Any other tensor that depends on these facts and on what every entry depends on."""
        return self.cache.get_or_compute({**key_fields, **self._key_fields}, compute)

    def view_features(self, views: TrainingViews, photo_views: Sequence[tuple[int, int]]) -> Tensor:
        """Features of views, each a photo and its view's number."""
        found = []
        for start in range(0, len(photo_views), PREFIX_BATCH):
            self.check_cancelled()
            photos, numbers = zip(*photo_views[start : start + PREFIX_BATCH], strict=True)
            found.append(self.prefix(views.views(photos, numbers)))
        return torch.cat(found)


class TrainingInputs:
    """Batches for the loop. `start` is the layer that they enter; `views` are what they show."""

    def __init__(self, views: TrainingViews, features: FeatureExtractor, fingerprint: str) -> None:
        self.views, self._features, self._fingerprint = views, features, fingerprint
        self.start_layer = features.prefix.length
        self._pool: Tensor | None = None
        self._epoch_views: tuple[int, list[tuple[int, int]]] = (0, [])
        self._epoch_features: tuple[int, Tensor] | None = None

    def prepare(self) -> None:
        """Computes or reads the pool's features, where there is a pool and a prefix."""
        pooled = self.views.recipe.views_per_photo is not None
        if self.start_layer and pooled and self._pool is None:
            self._pool = self._features.pool_features(self.views, self._fingerprint)

    def __len__(self) -> int:
        return len(self.views)

    def order(self, epoch: int) -> list[int]:
        return self.views.order(epoch)

    def batch(self, indices: Sequence[int], epoch: int) -> tuple[Tensor, Tensor]:
        """Inputs of the first trained layer and targets (views, classes) of some of an epoch's
        views, given as places among them."""
        if self._epoch_views[0] != epoch:
            self._epoch_views = (epoch, self.views.epoch_views(epoch))
        shown = self._epoch_views[1]
        photos, numbers = [shown[i][0] for i in indices], [shown[i][1] for i in indices]
        targets = self.views.targets(photos, numbers)
        if self.start_layer == 0:
            return self.views.views(photos, numbers), targets
        self.prepare()
        if self._pool is not None:
            return self._pool[numbers, photos].float(), targets
        if self._epoch_features is None or self._epoch_features[0] != epoch:
            self._epoch_features = (epoch, self._features.view_features(self.views, shown))
        return self._epoch_features[1][list(indices)].float(), targets
