"""The training photos: which view each shows when, and with which label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.data.balance import epoch_length, evenly, most_times, times_shown
from core.data.dataset import Dataset
from core.data.photos import Pixels, read_working
from core.model.layers import BACKBONES
from core.recipe import Recipe
from core.train.augment import Levels, augmented_views, levels, working_side
from core.train.mixup import Mix, mix
from core.train.seeds import generator


class TrainingViews:
    """Random views of the training photos: one per photo and epoch, or several of the photos that
    `balance: oversample` repeats (core.data.balance), each time another one.

    With `views_per_photo: K` each photo has a fixed pool of K views and passes through all of
    them, in an order of its own, every K times it is shown; with null each time is a fresh one.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset, indices: Sequence[int]) -> None:
        self.recipe = recipe
        self.files = [dataset.train[i].file for i in indices]
        self.labels = [dataset.train_labels[i] for i in indices]
        self.classes = len(dataset.classes)
        self._paths = [dataset.train[i].path for i in indices]
        self._photos: list[Levels] = []
        self._partners = evenly(self.labels, recipe.balance)

    def __len__(self) -> int:
        """How many views an epoch shows."""
        return epoch_length(self.labels, self.recipe.balance)

    def order(self, epoch: int) -> list[int]:
        """An epoch's views (from 1), as places in `shown`, shuffled."""
        return [int(i) for i in generator(self.recipe.seed, "order", epoch).permutation(len(self))]

    def shown(self, epoch: int) -> list[tuple[int, int]]:
        """The epoch's views, each a photo and its view's number, in the photos' order."""
        balance = self.recipe.balance
        times = times_shown(self.labels, balance, self.recipe.seed, epoch)
        most = most_times(self.labels, balance)
        return [
            (photo, self.view_number((epoch - 1) * most[photo] + time, photo))
            for photo in range(len(times))
            for time in range(1, times[photo] + 1)
        ]

    def view_number(self, time: int, photo: int) -> int:
        """Which view the photo shows the first, second, ... time: its place in the pool, or a view
        of its own."""
        pool = self.recipe.views_per_photo
        if pool is None:
            return time
        turn, place = divmod(time - 1, pool)
        order = generator(self.recipe.seed, "pool", turn, self.files[photo]).permutation(pool)
        return int(order[place])

    def views(self, photos: Sequence[int], numbers: Sequence[int]) -> Tensor:
        """The numbered view of each photo, mixed if the recipe says so and normalised:
        (photos, 3, size, size)."""
        found = self._views(photos, numbers)
        mixes = [self._mix(photo, number) for photo, number in zip(photos, numbers, strict=True)]
        mixed = [mixed for mixed in mixes if mixed is not None]
        if mixed:  # every view is, or none
            share = torch.tensor([m.share for m in mixed], dtype=found.dtype).view(-1, 1, 1, 1)
            partners = self._views([m.partner for m in mixed], numbers)
            found = found * share + partners * (1 - share)
        return normalise(found, self.recipe.backbone)

    def targets(self, photos: Sequence[int], numbers: Sequence[int]) -> Tensor:
        """What the network should answer to each view: probabilities (photos, classes). Label
        smoothing (Szegedy et al. 2016) shares a part of them out evenly among all classes."""
        wanted = torch.zeros(len(photos), self.classes)
        for row, (photo, number) in enumerate(zip(photos, numbers, strict=True)):
            mixed = self._mix(photo, number)
            share = 1.0 if mixed is None else mixed.share
            wanted[row, self.labels[photo]] += share
            if mixed is not None:
                wanted[row, self.labels[mixed.partner]] += 1 - share
        smoothing = self.recipe.label_smoothing
        return wanted * (1 - smoothing) + smoothing / self.classes

    def _mix(self, photo: int, number: int) -> Mix | None:
        recipe = self.recipe
        return mix(recipe.augment.mixup, recipe.seed, number, self.files[photo], self._partners)

    def _views(self, photos: Sequence[int], numbers: Sequence[int]) -> Tensor:
        recipe = self.recipe
        if not self._photos:  # decoded once, and only if some view is not known already
            augment, size = recipe.augment, recipe.image_size
            side = working_side(augment, size)
            whole = (to_tensor(read_working(path, side, recipe.crop)) for path in self._paths)
            self._photos = [levels(photo, augment, size) for photo in whole]
        randoms = [
            generator(recipe.seed, "view", number, self.files[photo])
            for photo, number in zip(photos, numbers, strict=True)
        ]
        return augmented_views(
            [self._photos[photo] for photo in photos], recipe.augment, recipe.image_size, randoms
        )


def to_tensor(pixels: Pixels) -> Tensor:
    """(height, width, 3) pixels to a uint8 tensor (3, height, width)."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).contiguous()


def normalise(photos: Tensor, backbone: str) -> Tensor:
    """Photos in 0..1, (photos, 3, side, side), as the backbone's weights expect them and in the
    memory layout it is fastest in."""
    facts = BACKBONES[backbone]
    mean = torch.tensor(facts.mean).view(1, 3, 1, 1)
    std = torch.tensor(facts.std).view(1, 3, 1, 1)
    layout = torch.channels_last if facts.channels_last else torch.contiguous_format
    return ((photos - mean) / std).contiguous(memory_format=layout)
