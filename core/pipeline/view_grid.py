"""A wall of training views: what the network really sees of a few photos, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

import numpy as np
from torch import Tensor

from core.base.errors import DataError
from core.base.language import N_
from core.data.dataset import BACKGROUND, Dataset
from core.data.photos import Pixels, read_view
from core.data.split import split_photos
from core.pipeline.views import ReadPyramid, TrainingViews, read_pyramid
from core.recipe.schema import Recipe

VIEWS = 8
DEFAULT_PHOTOS = 4  # photos, where none are named


@dataclass(frozen=True)
class GridView:
    """A view: the epoch that shows it, its pixels (size, size, 3), and what it is mixed with.
    share: of the photo itself, 1 without mixup; partner: the other photo's file and class."""

    epoch: int
    picture: Pixels
    share: float
    partner: tuple[str, str] | None


@dataclass(frozen=True)
class ViewGridPhoto:
    """A photo as the network would see it unchanged, and views of it; none where the recipe's
    split keeps it aside for validation."""

    file: str
    label: str
    plain: Pixels
    views: tuple[GridView, ...]


def build_view_grid(
    recipe: Recipe,
    dataset: Dataset,
    files: Sequence[str] = (),
    first_epoch: int = 1,
    read: ReadPyramid = read_pyramid,
) -> list[ViewGridPhoto]:
    """Eight views, shared out among the named photos of `train/`, or else among one of each of a
    few classes; each photo's are those that training shows from `first_epoch` on.

    Raises DataError: one line, when a photo is not there or cannot be read, or the recipe's split
    does not fit the photos."""
    training, _ = split_photos(dataset, recipe)
    chosen = _find_photos(dataset, files) if files else _first_per_class(dataset, training)
    views = TrainingViews(recipe, dataset, training, read)
    taught = [training.index(index) for index in chosen if index in training]
    planned = [
        (photo, epoch, number)
        for turn, photo in enumerate(taught)
        for epoch, number in islice(
            views_from_epoch(views, photo, first_epoch),
            VIEWS // len(taught) + (turn < VIEWS % len(taught)),
        )
    ]
    photos, _, numbers = zip(*planned, strict=True) if planned else ((), (), ())
    pictures = iter(_pixels(views.unnormalised_views(photos, numbers)) if planned else ())
    shown: dict[str, list[GridView]] = {}
    for photo, epoch, number in planned:
        mixed = views.mixup_params(photo, number)
        partner = None
        if mixed is not None:
            partner = (views.files[mixed.partner], dataset.classes[views.labels[mixed.partner]])
        one = GridView(epoch, next(pictures), mixed.share if mixed else 1.0, partner)
        shown.setdefault(views.files[photo], []).append(one)
    return [_grid_photo(recipe, dataset, index, shown) for index in chosen]


def views_from_epoch(
    views: TrainingViews, photo: int, first_epoch: int
) -> Iterator[tuple[int, int]]:
    """The epochs (from `first_epoch` on) that show a photo, each with the number of the view; an
    epoch that shows it several times comes several times. Endless."""
    for epoch in count(first_epoch):
        yield from ((epoch, number) for shown, number in views.epoch_views(epoch) if shown == photo)


def _find_photos(dataset: Dataset, files: Sequence[str]) -> list[int]:
    places = {photo.file: index for index, photo in enumerate(dataset.train)}
    for file in files:
        if file not in places:
            told = N_("{place}: no photo {file}; choose another one")
            raise DataError(told.format(place=dataset.root / "train", file=file))
    return [places[file] for file in files]


def _first_per_class(dataset: Dataset, training: Sequence[int]) -> list[int]:
    """The first training photo of each of the first classes, of what they show rather than of the
    background."""
    firsts: dict[int, int] = {}
    for index in training:
        firsts.setdefault(dataset.train_labels[index], index)
    things = sorted(firsts, key=lambda label: (dataset.classes[label] == BACKGROUND, label))
    return [firsts[label] for label in things[:DEFAULT_PHOTOS]]


def _grid_photo(
    recipe: Recipe, dataset: Dataset, index: int, shown: dict[str, list[GridView]]
) -> ViewGridPhoto:
    photo, label = dataset.train[index], dataset.classes[dataset.train_labels[index]]
    plain = read_view(photo.path, recipe.image_size, recipe.crop)
    return ViewGridPhoto(photo.file, label, plain, tuple(shown.get(photo.file, ())))


def _pixels(pictures: Tensor) -> list[Pixels]:
    """(views, 3, size, size) in 0..1, each as bytes: (size, size, 3)."""
    whole = (pictures * 255 + 0.5).clamp(0, 255).byte().permute(0, 2, 3, 1)
    return list(np.ascontiguousarray(whole.numpy()))
