"""The training photos: which view each shows when, and with which label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.base.random_streams import generator
from core.data.balance import balanced_indices, epoch_length, epoch_repeats, max_repeats
from core.data.dataset import Dataset
from core.data.photos import Crop, Pixels, read_working_copy
from core.pipeline.augment import (
    ImagePyramid,
    augmented_views,
    build_pyramid,
    smallest_side,
    working_side,
)
from core.recipe.layer_table import BACKBONES
from core.recipe.schema import Recipe


@dataclass(frozen=True)
class MixupParams:
    """A view keeps `share` (0.5..1) of its own photo and takes the rest from `partner`'s."""

    partner: int
    share: float


def sample_mixup(
    alpha: float, seed: int, view: int, file: str, partners: Sequence[int]
) -> MixupParams | None:
    """What a photo's view is mixed with: one of the partners; None without mixup.

    The larger part is always the photo's own (lambda and 1 - lambda are exchanged if need be), so
    that an epoch still shows every photo once."""
    if alpha == 0:
        return None
    random = generator(seed, "mixup", view, file)
    share = float(random.beta(alpha, alpha))
    return MixupParams(
        partner=partners[int(random.integers(len(partners)))], share=max(share, 1 - share)
    )


ReadPyramid = Callable[[Path, int, Crop, float], ImagePyramid]


def read_pyramid(path: Path, side: int, crop: Crop, smallest: float) -> ImagePyramid:
    """A training photo, decoded now, at its working size (shorter side `side`) and smaller."""
    return build_pyramid(to_tensor(read_working_copy(path, side, crop)), smallest)


class TrainingViews:
    """Random views of the training photos: one per photo and epoch, or several of the photos that
    `balance: oversample` repeats (core.data.balance), each time another one.

    With `views_per_photo: K` each photo has a fixed pool of K views and passes through all of
    them, in an order of its own, every K times it is shown; with null each time is a fresh one.
    Each photo is read once, when a view of it is first asked for; `tick` is called before."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        indices: Sequence[int],
        read: ReadPyramid = read_pyramid,
        check_cancelled: Callable[[], None] = lambda: None,
    ) -> None:
        self.recipe = recipe
        self.files = [dataset.train[i].file for i in indices]
        self.labels = [dataset.train_labels[i] for i in indices]
        self.class_count = len(dataset.classes)
        self._paths = [dataset.train[i].path for i in indices]
        self._read, self._check_cancelled = read, check_cancelled
        self._photos: dict[int, ImagePyramid] = {}
        self._partners = balanced_indices(self.labels, recipe.balance)

    def __len__(self) -> int:
        """How many views an epoch shows."""
        return epoch_length(self.labels, self.recipe.balance)

    def order(self, epoch: int) -> list[int]:
        """An epoch's views (from 1), as places in `shown`, shuffled."""
        return [int(i) for i in generator(self.recipe.seed, "order", epoch).permutation(len(self))]

    def epoch_views(self, epoch: int) -> list[tuple[int, int]]:
        """The epoch's views, each a photo and its view's number, in the photos' order."""
        balance = self.recipe.balance
        times = epoch_repeats(self.labels, balance, self.recipe.seed, epoch)
        most = max_repeats(self.labels, balance)
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
        return normalise(self.unnormalised_views(photos, numbers), self.recipe.backbone)

    def unnormalised_views(self, photos: Sequence[int], numbers: Sequence[int]) -> Tensor:
        """The same views before they are normalised, as a person can look at them: 0..1."""
        found = self._augment(photos, numbers)
        mixes = [
            self.mixup_params(photo, number) for photo, number in zip(photos, numbers, strict=True)
        ]
        mixed = [mixed for mixed in mixes if mixed is not None]
        if mixed:  # every view is, or none
            share = torch.tensor([m.share for m in mixed], dtype=found.dtype).view(-1, 1, 1, 1)
            partners = self._augment([m.partner for m in mixed], numbers)
            found = found * share + partners * (1 - share)
        return found

    def targets(self, photos: Sequence[int], numbers: Sequence[int]) -> Tensor:
        """What the network should answer to each view: probabilities (photos, classes). Label
        smoothing (Szegedy et al. 2016) shares a part of them out evenly among all classes."""
        wanted = torch.zeros(len(photos), self.class_count)
        for row, (photo, number) in enumerate(zip(photos, numbers, strict=True)):
            mixed = self.mixup_params(photo, number)
            share = 1.0 if mixed is None else mixed.share
            wanted[row, self.labels[photo]] += share
            if mixed is not None:
                wanted[row, self.labels[mixed.partner]] += 1 - share
        smoothing = self.recipe.label_smoothing
        return wanted * (1 - smoothing) + smoothing / self.class_count

    def mixup_params(self, photo: int, number: int) -> MixupParams | None:
        """What a view is mixed with, and its own share; None without mixup."""
        recipe = self.recipe
        return sample_mixup(
            recipe.augment.mixup, recipe.seed, number, self.files[photo], self._partners
        )

    def _augment(self, photos: Sequence[int], numbers: Sequence[int]) -> Tensor:
        recipe = self.recipe
        randoms = [
            generator(recipe.seed, "view", number, self.files[photo])
            for photo, number in zip(photos, numbers, strict=True)
        ]
        return augmented_views(
            [self._pyramid(photo) for photo in photos], recipe.augment, recipe.image_size, randoms
        )

    def _pyramid(self, photo: int) -> ImagePyramid:
        if photo not in self._photos:
            self._check_cancelled()
            recipe = self.recipe
            side = working_side(recipe.augment, recipe.image_size)
            smallest = smallest_side(recipe.augment, recipe.image_size)
            self._photos[photo] = self._read(self._paths[photo], side, recipe.crop, smallest)
        return self._photos[photo]


def to_tensor(pixels: Pixels) -> Tensor:
    """(height, width, 3) pixels to a uint8 tensor (3, height, width)."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).contiguous()


def normalise(photos: Tensor, backbone: str) -> Tensor:
    """Photos in 0..1, (photos, 3, side, side), as the backbone's weights expect them and with the
    channels last in memory, which is fastest for all of them."""
    facts = BACKBONES[backbone]
    mean = torch.tensor(facts.mean).view(1, 3, 1, 1)
    std = torch.tensor(facts.std).view(1, 3, 1, 1)
    return ((photos - mean) / std).contiguous(memory_format=torch.channels_last)
