"""Predictions and class maps of photos as they are, in one forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.dataset import BACKGROUND, Box, Dataset, Photo, TestSet
from core.data.photos import Crop, open_photo, read_view, view_photo
from core.model.network import Network
from core.train.views import normalise, to_tensor

BATCH = 32  # fixed: another batch size can change the last bits of a prediction
OBJECT_MARGIN = 0.1  # of the box's width and height, on each side
OBJECT_VISIBLE = 0.5  # objects less visible than this are not cut out


@dataclass(frozen=True)
class PhotoSet:
    """Photos as the network sees them, with what is known about each.

    pixels: uint8 (photos, 3, size, size). features: of the frozen prefix, where there is one.
    primary is "" and present () where unlabelled.
    """

    split: str
    files: tuple[str, ...]
    primary: tuple[str, ...]
    present: tuple[tuple[str, ...], ...]
    pixels: Tensor
    features: Tensor | None = None

    def __len__(self) -> int:
        return len(self.files)


@dataclass(frozen=True)
class Predictions:
    """log_probs: (photos, classes). maps: raw class maps (photos, classes, rows, columns)."""

    log_probs: NDArray[np.float32]
    maps: NDArray[np.float32]

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """(photos, classes), each row summing to 1."""
        return np.exp(self.log_probs)


def plain_pixels(photos: Sequence[Photo], size: int, crop: Crop) -> Tensor:
    """Photos as the network sees them, decoded now: uint8 (photos, 3, size, size)."""
    return torch.stack([to_tensor(read_view(photo.path, size, crop)) for photo in photos])


def training_set(dataset: Dataset, pixels: Tensor) -> PhotoSet:
    """Every photo of `train/`, plain, in the data set's order: those that train in one split and
    validate in another, so that what is known of them serves every split."""
    names = tuple(dataset.classes[label] for label in dataset.train_labels)
    return PhotoSet(
        split="train",
        files=tuple(photo.file for photo in dataset.train),
        primary=names,
        present=tuple((name,) for name in names),
        pixels=pixels,
    )


def validation_set(dataset: Dataset, indices: Sequence[int], size: int, crop: Crop) -> PhotoSet:
    """The validation photos, plain."""
    names = tuple(dataset.classes[dataset.train_labels[i]] for i in indices)
    photos = [dataset.train[i] for i in indices]
    return PhotoSet(
        split="validation",
        files=tuple(photo.file for photo in photos),
        primary=names,
        present=tuple((name,) for name in names),
        pixels=plain_pixels(photos, size, crop),
    )


def photo_set(test_set: TestSet, size: int, crop: Crop) -> PhotoSet:
    """The photos of a test set, plain."""
    labels = [test_set.labels.get(photo.file) for photo in test_set.photos]
    return PhotoSet(
        split=test_set.name,
        files=tuple(photo.file for photo in test_set.photos),
        primary=tuple(label.primary if label else "" for label in labels),
        present=tuple(label.present if label else () for label in labels),
        pixels=plain_pixels(test_set.photos, size, crop),
    )


def object_set(test_set: TestSet, classes: Sequence[str], size: int, crop: Crop) -> PhotoSet | None:
    """The labelled objects that are at least half visible, each cut out with a margin; an object
    of no class counts as background. None when there are none."""
    files: list[str] = []
    names: list[str] = []
    views: list[Tensor] = []
    for photo in test_set.photos:
        wanted = [
            (box, box.label if box.label in classes else BACKGROUND)
            for box in test_set.boxes.get(photo.file, ())
            if box.visible >= OBJECT_VISIBLE
        ]
        wanted = [(box, name) for box, name in wanted if name in classes]
        image = open_photo(photo.path) if wanted else None
        for box, name in wanted:
            assert image is not None
            same = sum(f.startswith(f"{photo.file}#{box.label}") for f in files)
            files.append(f"{photo.file}#{box.label}" + (f".{same + 1}" if same else ""))
            names.append(name)
            cut = image.crop(object_corners(box, *image.size))
            views.append(to_tensor(np.asarray(view_photo(cut, size, crop))))
    if not files:
        return None
    present = tuple((name,) for name in names)
    return PhotoSet(
        f"{test_set.name}/objects", tuple(files), tuple(names), present, torch.stack(views)
    )


def object_corners(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Pixel corners of an object with its margin, inside the photo and at least 2 pixels wide."""
    dx, dy = (box.x1 - box.x0) * OBJECT_MARGIN, (box.y1 - box.y0) * OBJECT_MARGIN
    left, top = max(0, round((box.x0 - dx) * width)), max(0, round((box.y0 - dy) * height))
    right = min(width, max(left + 2, round((box.x1 + dx) * width)))
    bottom = min(height, max(top + 2, round((box.y1 + dy) * height)))
    return min(left, right - 2), min(top, bottom - 2), right, bottom


@torch.no_grad()
def predict(network: Network, photos: PhotoSet, backbone: str, start: int = 0) -> Predictions:
    """Probabilities and class maps of a set, in inference mode; `start` is the layer that the
    set's features enter."""
    network.eval()
    log_probs, maps = [], []
    for x in _batches(photos, backbone):
        output = network(x, start)
        log_probs.append(output.log_probs.cpu())
        maps.append(output.maps.cpu())
    return Predictions(torch.cat(log_probs).numpy(), torch.cat(maps).numpy())


@torch.no_grad()
def backbone_features(
    network: Network,
    photos: PhotoSet,
    backbone: str,
    start: int = 0,
    visit: Callable[[int, Tensor], None] = lambda index, output: None,
) -> Tensor:
    """What enters the head, in inference mode: (photos, channels, rows, columns) float32, on the
    CPU. `visit` is shown the index and output of each layer from `start` on, batch by batch."""
    network.eval()
    found = []
    for x in _batches(photos, backbone):
        x = x.to(network.device)
        with torch.autocast(network.device.type, torch.bfloat16, enabled=network.low_precision):
            for index in range(start, network.head_start):
                x = network.layers[index](x)
                visit(index, x)
        found.append(x.float().cpu())
    return torch.cat(found)


def _batches(photos: PhotoSet, backbone: str) -> Iterator[Tensor]:
    """What enters the network: the prefix's features, or else the normalised photos."""
    for first in range(0, len(photos), BATCH):
        rows = slice(first, first + BATCH)
        if photos.features is None:
            yield normalise(photos.pixels[rows].float().div_(255), backbone)
        else:
            yield photos.features[rows].float()


def prediction_rows(
    photos: PhotoSet, predictions: Predictions, classes: Sequence[str], kind: str = "plain"
) -> pd.DataFrame:
    """Rows of predictions.csv for one set."""
    probabilities = predictions.probabilities
    answers = probabilities.argmax(axis=1)
    frame = pd.DataFrame(
        {
            "kind": kind,
            "split": photos.split,
            "file": photos.files,
            "primary": photos.primary,
            "present": [" ".join(names) for names in photos.present],
            "predicted": [classes[i] for i in answers],
        }
    )
    for i, name in enumerate(classes):
        frame[f"p_{name}"] = probabilities[:, i]
    return frame
