"""The photos as tensors: what the loop trains on, and what is only looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.data.photos import Pixels, read_working
from core.model.layers import BACKBONES
from core.recipe import Recipe
from core.train.augment import augmented_view, working_side
from core.train.seeds import generator


class TrainingViews:
    """Random views of the training photos, one per photo and epoch.

    With `views_per_photo: K` each photo has a fixed pool of K views and passes through all of
    them, in an order of its own, every K epochs; with null every epoch draws a fresh one.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset, indices: Sequence[int]) -> None:
        self.recipe = recipe
        self.files = [dataset.train[i].file for i in indices]
        self.labels = torch.tensor([dataset.train_labels[i] for i in indices])
        side = working_side(recipe.augment, recipe.image_size)
        self.photos = [
            to_tensor(read_working(dataset.train[i].path, side, recipe.crop)) for i in indices
        ]

    def __len__(self) -> int:
        return len(self.files)

    def order(self, epoch: int) -> list[int]:
        """The photos of an epoch (from 1), shuffled."""
        return [int(i) for i in generator(self.recipe.seed, "order", epoch).permutation(len(self))]

    def view_number(self, epoch: int, photo: int) -> int:
        """Which view the photo shows in an epoch: its place in the pool, or the epoch itself."""
        pool = self.recipe.views_per_photo
        if pool is None:
            return epoch
        turn, place = divmod(epoch - 1, pool)
        order = generator(self.recipe.seed, "pool", turn, self.files[photo]).permutation(pool)
        return int(order[place])

    def batch(self, photos: Sequence[int], epoch: int) -> tuple[Tensor, Tensor]:
        """Normalised views (photos, 3, size, size) and labels (photos,)."""
        recipe = self.recipe
        views = [
            augmented_view(
                self.photos[i],
                recipe.augment,
                recipe.image_size,
                generator(recipe.seed, "view", self.view_number(epoch, i), self.files[i]),
            )
            for i in photos
        ]
        return normalise(torch.stack(views), recipe.backbone), self.labels[list(photos)]


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
