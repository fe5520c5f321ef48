"""Predictions and class maps of photos as they are, in one forward pass."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.base.machine import release_memory
from core.data.dataset import Dataset, Photo, TestSet
from core.data.label_tables import join_names
from core.data.object_crops import labelled_objects
from core.data.photos import Crop, open_photo, read_view, resize_to_view
from core.model.network import Network
from core.pipeline.prefix import PREFIX_BATCH, fold_batch_norms, replace_max_pools
from core.pipeline.views import normalise, to_tensor

BATCH = 32  # fixed: another batch size can change the last bits of a prediction


@dataclass(frozen=True)
class PhotoSet:
    """Photos as the network sees them, with what is known about each.

    pixels: uint8 (photos, 3, size, size). features: of the frozen prefix, where there is one.
    primary is "" and present () where unlabelled."""

    split: str
    files: tuple[str, ...]
    primary: tuple[str, ...]
    present: tuple[tuple[str, ...], ...]
    pixels: Tensor
    features: Tensor | None = None

    def __len__(self) -> int:
        return len(self.files)

    def take(self, rows: Sequence[int]) -> PhotoSet:
        """Some of the photos, by their places."""
        return replace(
            self,
            files=tuple(self.files[row] for row in rows),
            primary=tuple(self.primary[row] for row in rows),
            present=tuple(self.present[row] for row in rows),
            pixels=self.pixels[rows],
            features=None if self.features is None else self.features[rows],
        )


@dataclass(frozen=True)
class Predictions:
    """log_probs: (photos, classes). maps: raw class maps (photos, classes, rows, columns)."""

    log_probs: NDArray[np.float32]
    maps: NDArray[np.float32]

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """(photos, classes), each row summing to 1."""
        return np.exp(self.log_probs)


def plain_pixels(
    photos: Sequence[Photo],
    size: int,
    crop: Crop,
    check_cancelled: Callable[[], None] = lambda: None,
) -> Tensor:
    """Photos as the network sees them, decoded now: uint8 (photos, 3, size, size).
    `check_cancelled` is called before each."""
    found = []
    for photo in photos:
        check_cancelled()
        found.append(to_tensor(read_view(photo.path, size, crop)))
    return torch.stack(found)


def training_set(dataset: Dataset, pixels: Tensor) -> PhotoSet:
    """Every photo of `train/`, plain, in the data set's order: those that train in one split and
    validate in another, so that what is known of them serves every split."""
    files, names = tuple(photo.file for photo in dataset.train), tuple(dataset.train_classes)
    return PhotoSet("train", files, names, tuple((name,) for name in names), pixels)


def validation_set(
    dataset: Dataset,
    indices: Sequence[int],
    size: int,
    crop: Crop,
    check_cancelled: Callable[[], None] = lambda: None,
) -> PhotoSet:
    """The validation photos, plain; `check_cancelled` as of `plain_pixels`."""
    photos = [dataset.train[i] for i in indices]
    files, names = (photo.file for photo in photos), [dataset.train_classes[i] for i in indices]
    pixels = plain_pixels(photos, size, crop, check_cancelled)
    present = tuple((name,) for name in names)
    return PhotoSet("validation", tuple(files), tuple(names), present, pixels)


def photo_set_of(
    test_set: TestSet, size: int, crop: Crop, check_cancelled: Callable[[], None] = lambda: None
) -> PhotoSet:
    """The photos of a test set, plain; `check_cancelled` as of `plain_pixels`."""
    labels = [test_set.labels.get(photo.file) for photo in test_set.photos]
    return PhotoSet(
        split=test_set.name,
        files=tuple(photo.file for photo in test_set.photos),
        primary=tuple(label.primary if label else "" for label in labels),
        present=tuple(label.present if label else () for label in labels),
        pixels=plain_pixels(test_set.photos, size, crop, check_cancelled),
    )


def object_set(test_set: TestSet, classes: Sequence[str], size: int, crop: Crop) -> PhotoSet | None:
    """The labelled objects that are at least half visible, each cut out with a margin; an object
    of no class counts as background. None when there are none."""
    objects = labelled_objects(test_set, classes)
    if not objects:
        return None
    views: list[Tensor] = []
    for photo, of_photo in groupby(objects, lambda one: one.photo):
        image = open_photo(photo.path)
        views += [
            to_tensor(np.asarray(resize_to_view(one.crop(image), size, crop))) for one in of_photo
        ]
    names = tuple(one.class_name for one in objects)
    return PhotoSet(
        f"{test_set.name}/objects",
        tuple(one.file for one in objects),
        names,
        tuple((name,) for name in names),
        torch.stack(views),
    )


@torch.no_grad()
def predict(network: Network, photos: PhotoSet, backbone: str, start_layer: int = 0) -> Predictions:
    """Probabilities and class maps of a set, in inference mode; `start_layer` is the layer that the
    set's features enter."""
    network.eval()
    log_probs, maps = [], []
    for x in _batches(photos, backbone):
        output = network(x, start_layer)
        log_probs.append(output.log_probs.cpu())
        maps.append(output.maps.cpu())
    return Predictions(torch.cat(log_probs).numpy(), torch.cat(maps).numpy())


@torch.no_grad()
def backbone_features(
    network: Network,
    photos: PhotoSet,
    backbone: str,
    start_layer: int = 0,
    on_layer_output: Callable[[int, Tensor], None] = lambda index, output: None,
) -> Tensor:
    """What enters the head, in inference mode: (photos, channels, rows, columns) float32, on the
    CPU. `on_layer_output` is shown the index and output of each layer from `start_layer` on, batch
    by batch.

    Batch norms inside a layer are folded into its convolutions, in a copy: a third less time."""
    layers = nn.ModuleList(
        copy.deepcopy(list(network.layers)[start_layer : network.head_start])
    ).eval()
    for layer in layers:
        fold_batch_norms(layer)
        replace_max_pools(layer)
    layers.to(memory_format=torch.channels_last)
    found = []
    for x in _batches(photos, backbone):
        x = x.to(network.device)
        with torch.autocast(network.device.type, torch.bfloat16, enabled=network.low_precision):
            for index, layer in enumerate(layers, start_layer):
                x = layer(x)
                on_layer_output(index, x)
        found.append(x.float().cpu())
    release_memory()
    return torch.cat(found)


def _batches(photos: PhotoSet, backbone: str) -> Iterator[Tensor]:
    """What enters the network: the prefix's features, or else the normalised photos, fewer at a
    time, since what early layers make of 32 photos would be a run's peak of memory."""
    size = PREFIX_BATCH if photos.features is None else BATCH
    for first in range(0, len(photos), size):
        rows = slice(first, first + size)
        if photos.features is None:
            yield normalise(photos.pixels[rows].float().div_(255), backbone)
        else:
            yield photos.features[rows].float()


def prediction_rows(
    photos: PhotoSet, predictions: Predictions, classes: Sequence[str], kind: str = "plain"
) -> pd.DataFrame:
    """Rows of predictions.csv for one set."""
    return pd.DataFrame(
        {
            "kind": kind,
            "split": photos.split,
            "file": photos.files,
            "primary": photos.primary,
            "present": [join_names(names) for names in photos.present],
            **answer_columns(predictions.probabilities, classes),
        }
    )


def answer_columns(p: NDArray[np.float32], classes: Sequence[str]) -> dict[str, Any]:
    """`predicted` and `p_<class>` of a table of answers, from probabilities (rows, classes)."""
    predicted = [classes[i] for i in p.argmax(axis=1)]
    return {"predicted": predicted, **{f"p_{name}": p[:, i] for i, name in enumerate(classes)}}
