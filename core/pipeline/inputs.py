"""What the trained layers are fed: photos, or features that the frozen prefix gave once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from core.pipeline.feature_cache import FeatureCache
from core.pipeline.predict import PhotoSet
from core.pipeline.prefix import PREFIX_BATCH, Prefix
from core.pipeline.views import TrainingViews, normalise
from core.recipe.schema import Recipe, recipe_part


class Features:
    """Makes and keeps the prefix's features of a run.

    An entry of the cache is named by all that its features depend on: weights, layers, formats and
    photos; the pool of training views by the augmentation and the seed besides. `tick` is called
    between batches.
    """

    def __init__(
        self,
        prefix: Prefix,
        cache: FeatureCache,
        recipe: Recipe,
        weights: str,
        threads: int,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.prefix, self.cache, self.recipe, self.tick = prefix, cache, recipe, tick
        self._facts: dict[str, Any] = {
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

    def of_photos(
        self, photos: PhotoSet, fingerprint: str, make: Callable[[], Tensor] | None = None
    ) -> PhotoSet:
        """The set with its features; without a prefix, as it is. `make` gives the set's pixels
        where they are worth making only if the cache does not know their features."""
        if self.prefix.length == 0:
            return photos

        def compute() -> Tensor:
            found = []
            everything = photos.pixels if make is None else make()
            for pixels in torch.split(everything, PREFIX_BATCH):
                self.tick()
                found.append(self.prefix(normalise(pixels.float().div_(255), self.recipe.backbone)))
            return torch.cat(found)

        facts = {"set": photos.split, "files": photos.files, "photos": fingerprint, **self._facts}
        return replace(photos, features=self.cache.get(facts, compute))

    def of_pool(self, views: TrainingViews, fingerprint: str) -> Tensor:
        """Features of every view of the pool: (views, photos, channels, rows, columns).

        Each view of the pool is an entry of its own, so that a run that is stopped in between loses
        one view at most, and a larger pool begins with what a smaller one computed.
        """
        facts = {
            "set": "pool",
            "files": views.files,
            "photos": fingerprint,
            "seed": self.recipe.seed,
            "augment": recipe_part(self.recipe.augment),
            **self._facts,
        }
        if self.recipe.augment.mixup and self.recipe.balance != "none":
            facts["partners"] = self.recipe.balance  # whom a view is mixed with
        photos = range(len(views.files))
        return torch.stack(
            [
                self.cache.get(
                    facts | {"view": number},
                    partial(self.of_views, views, [(photo, number) for photo in photos]),
                )
                for number in range(self.recipe.views_per_photo or 0)
            ]
        )

    def kept(self, facts: dict[str, Any], compute: Callable[[], Tensor]) -> Tensor:
        """Any other tensor that depends on these facts and on what every entry depends on."""
        return self.cache.get({**facts, **self._facts}, compute)

    def of_views(self, views: TrainingViews, shown: Sequence[tuple[int, int]]) -> Tensor:
        """Features of views, each a photo and its view's number."""
        found = []
        for start in range(0, len(shown), PREFIX_BATCH):
            self.tick()
            photos, numbers = zip(*shown[start : start + PREFIX_BATCH], strict=True)
            found.append(self.prefix(views.views(photos, numbers)))
        return torch.cat(found)


class TrainingInputs:
    """Batches for the loop. `start` is the layer that they enter; `views` are what they show."""

    def __init__(self, views: TrainingViews, features: Features, fingerprint: str) -> None:
        self.views, self._features, self._fingerprint = views, features, fingerprint
        self.start = features.prefix.length
        self._pool: Tensor | None = None
        self._shown: tuple[int, list[tuple[int, int]]] = (0, [])
        self._fresh: tuple[int, Tensor] | None = None

    def prepare(self) -> None:
        """Computes or reads the pool's features, where there is a pool and a prefix."""
        if self.start and self.views.recipe.views_per_photo is not None and self._pool is None:
            self._pool = self._features.of_pool(self.views, self._fingerprint)

    def __len__(self) -> int:
        return len(self.views)

    def order(self, epoch: int) -> list[int]:
        return self.views.order(epoch)

    def batch(self, places: Sequence[int], epoch: int) -> tuple[Tensor, Tensor]:
        """Inputs of the first trained layer and targets (views, classes) of some of an epoch's
        views, given as places among them."""
        if self._shown[0] != epoch:
            self._shown = (epoch, self.views.shown(epoch))
        shown = self._shown[1]
        photos, numbers = [shown[i][0] for i in places], [shown[i][1] for i in places]
        targets = self.views.targets(photos, numbers)
        if self.start == 0:
            return self.views.views(photos, numbers), targets
        self.prepare()
        if self._pool is not None:
            return self._pool[numbers, photos].float(), targets
        if self._fresh is None or self._fresh[0] != epoch:
            self._fresh = (epoch, self._features.of_views(self.views, shown))
        return self._fresh[1][list(places)].float(), targets
