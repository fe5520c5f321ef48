"""Small pictures of the photos and cut-out objects that predictions.csv names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.base import files
from core.data.dataset import VALIDATION, Dataset, TestSet, read_dataset
from core.data.object_crops import labelled_objects
from core.data.photos import jpeg_bytes, open_photo

SIDE = 220  # pixels of the longer side


def thumbnails(root: Path, split: str, names: Sequence[str]) -> dict[str, bytes]:
    """A JPEG per file of a split (`test`, `test/objects` with files `img.jpg#label`, or
    `validation`); files that are no longer there are left out.

    Raises DataError where the data set cannot be read or a photo is damaged.
    """
    dataset = read_dataset(root)
    wanted = set(names)
    if split.endswith("/objects"):
        return _objects(dataset, split.removesuffix("/objects"), wanted)
    photos = dataset.train if split == VALIDATION else dataset.test_set(split).photos
    return {photo.file: _small(photo.path) for photo in photos if photo.file in wanted}


def fingerprint(root: Path, split: str) -> str:
    """Changes when photos are added or removed, or boxes move."""
    name = split.removesuffix("/objects")
    folder = root / ("train" if split == VALIDATION else name)
    return f"{files.quick_fingerprint(folder)} {files.quick_fingerprint(root / 'boxes.csv')}"


def _small(path: Path) -> bytes:
    image = open_photo(path, at_least=SIDE)
    image.thumbnail((SIDE, SIDE))
    return jpeg_bytes(image)


def _objects(dataset: Dataset, set_name: str, wanted: set[str]) -> dict[str, bytes]:
    test_set: TestSet = dataset.test_set(set_name)
    found = {}
    for thing in labelled_objects(test_set, dataset.classes):
        if thing.file not in wanted:
            continue
        image = thing.crop(open_photo(thing.photo.path))
        image.thumbnail((SIDE, SIDE))
        found[thing.file] = jpeg_bytes(image)
    return found
