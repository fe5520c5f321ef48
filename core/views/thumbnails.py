"""Small pictures of the photos and cut-out objects that predictions.csv names."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from core.base import files
from core.data.dataset import VALIDATION, read_dataset
from core.data.object_crops import labelled_objects
from core.data.photos import jpeg_bytes, open_photo

SIDE = 220  # pixels of the longer side


def thumbnails(root: Path, split: str, names: Sequence[str]) -> dict[str, bytes]:
    """A JPEG per file of a split (`test`, `test/objects` with files `img.jpg#label`, or
    `validation`); files that are no longer there are left out.

    Raises DataError where the data set cannot be read or a photo is damaged."""
    dataset = read_dataset(root)
    wanted = set(names)
    if split.endswith("/objects"):
        test_set = dataset.test_set(split.removesuffix("/objects"))
        things = [t for t in labelled_objects(test_set, dataset.classes) if t.file in wanted]
        return {thing.file: _small(thing.crop(open_photo(thing.photo.path))) for thing in things}
    photos = dataset.train if split == VALIDATION else dataset.test_set(split).photos
    known = [photo for photo in photos if photo.file in wanted]
    return {photo.file: _small(open_photo(photo.path, at_least=SIDE)) for photo in known}


def fingerprint(root: Path, split: str) -> str:
    """Changes when photos are added or removed, or boxes move."""
    name = split.removesuffix("/objects")
    folder = root / ("train" if split == VALIDATION else name)
    return f"{files.quick_fingerprint(folder)} {files.quick_fingerprint(root / 'boxes.csv')}"


def _small(image: Image.Image) -> bytes:
    image.thumbnail((SIDE, SIDE))
    return jpeg_bytes(image)
