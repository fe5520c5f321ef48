"""Shortcuts: can a training photo's class be told without looking at what it shows? By brightness,
border colour, sharpness, shape, file size, camera or time, each in turn. Where it can, a network
may learn that instead, and validation photos of the same shoot cannot show it (compare the image
issues of cleanlab's Datalab, which correlate with classes). Free of torch.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFilter, ImageStat

from core.base.formatting import percent
from core.base.language import N_, _, translate
from core.base.random_streams import derived_seed
from core.data.dataset import Dataset, Photo
from core.data.photos import open_photo
from core.data.shoots import capture_time
from core.evaluate.scores import Score, balanced_accuracy

MIN_PHOTOS = 4  # of a class; smaller ones are left out
MAX_PHOTOS = 300  # that are looked at, chosen by a hash
PERMUTATIONS = 1999  # of the labels
MAX_P = 0.05 / 7  # of each property, so that of seven any is told in 5% of worlds without one
WIDTH = 0.1  # of the kernel, in shares of all photos in a property's order
_SIDE = 64  # pixels of the small picture whose border and sharpness are looked at
_BORDER = 4  # pixels of its frame

SHORTCUT_TITLES: dict[str, str] = {
    "brightness": N_("brightness"),
    "border": N_("the border colour"),
    "sharpness": N_("sharpness"),
    "aspect": N_("the photo's aspect ratio"),
    "file size": N_("the file size"),
    "camera": N_("the camera"),
    "time": N_("the capture time"),
}


@dataclass(frozen=True)
class Shortcut:
    """By what classes were told, how well (balanced accuracy, each photo left out in turn), and the
    class that was told best."""

    kind: str
    score: Score
    best_class: str

    def text(self) -> str:
        """A sentence, in the reader's language."""
        return _(
            "From {property} alone, the class of {share} of photos can be predicted ({low} "
            "to {high}; {chance} by chance), best for {name}. A network may learn this "
            "instead of the object.",
            property=translate(SHORTCUT_TITLES[self.kind]),
            share=percent(self.score.value),
            low=percent(self.score.low),
            high=percent(self.score.high),
            chance=percent(self.score.constant),
            name=self.best_class,
        )


def find_shortcuts(dataset: Dataset) -> list[Shortcut]:
    """Properties by which classes are told clearly better than by chance, best first. Raises
    DataError when a photo cannot be read."""
    counts = dataset.class_counts()
    photos = [
        (photo, name)
        for photo, name in zip(dataset.train, dataset.train_classes, strict=True)
        if counts[name] >= MIN_PHOTOS
    ]
    photos.sort(key=lambda each: derived_seed(0, "shortcuts", each[0].file))
    photos = photos[:MAX_PHOTOS]
    truth = [name for _photo, name in photos]
    names = sorted(set(truth))
    if len(names) < 2:
        return []
    measured = [_properties(photo) for photo, _name in photos]
    found = []
    for kind in SHORTCUT_TITLES:
        values = [each[kind] for each in measured]
        if None in values:
            continue
        predicted, p_value = left_out_test(np.array(values, np.float64), truth)
        score = balanced_accuracy(predicted, truth)
        if p_value <= MAX_P and score.low > score.constant:
            hits = [p == t for p, t in zip(predicted, truth, strict=True)]
            shares = {
                name: np.mean([hit for hit, t in zip(hits, truth, strict=True) if t == name])
                for name in names
            }
            found.append(Shortcut(kind, score, max(names, key=lambda name: shares[name])))
    return sorted(found, key=lambda shortcut: -shortcut.score.value)


def left_out_test(values: NDArray[np.float64], truth: Sequence[str]) -> tuple[list[str], float]:
    """The class of each photo from the others', by a kernel density of each class over the
    properties' ranks (Parzen 1962), each class counting alike; and the share of permutations of the
    labels, seeded, that are told as well: answers that share their photos are not independent, so
    an interval alone would see shortcuts everywhere. values: (photos, properties)."""
    order = np.sort(values, axis=0)
    ranks = np.stack(
        [
            (np.searchsorted(column, each) + np.searchsorted(column, each, "right")) / 2
            for column, each in zip(order.T, values.T, strict=True)
        ],
        axis=1,
    )
    apart = (ranks[:, None] - ranks[None]) / (WIDTH * len(ranks))
    kernel = np.exp(-(apart**2).sum(axis=2) / 2)
    np.fill_diagonal(kernel, 0)
    names, given = np.unique(truth, return_inverse=True)
    random = np.random.default_rng(0)
    best, observed = _answers(kernel, given, len(names))
    as_good = sum(
        _answers(kernel, random.permutation(given), len(names))[1] >= observed
        for _ in range(PERMUTATIONS)
    )
    return [str(names[i]) for i in best], (1 + as_good) / (1 + PERMUTATIONS)


def _answers(
    kernel: NDArray[np.float64], given: NDArray[np.int_], classes: int
) -> tuple[NDArray[np.int_], float]:
    """The class told of each photo, and the balanced accuracy."""
    of_class = np.eye(classes)[given]
    photos = of_class.sum(axis=0)
    best = (kernel @ of_class / (photos - of_class)).argmax(axis=1)
    right = np.bincount(given[best == given], minlength=classes)
    return best, float((right / photos).mean())


def _properties(photo: Photo) -> dict[str, list[float] | None]:
    image = open_photo(photo.path, at_least=_SIDE)
    small = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    grey, pixels = small.convert("L"), np.asarray(small, np.float64)
    frame = np.ones((_SIDE, _SIDE), bool)
    frame[_BORDER:-_BORDER, _BORDER:-_BORDER] = False
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), 1, 128))
    taken = capture_time(photo)
    return {
        "brightness": [float(np.asarray(grey, np.float64).mean())],
        "border": pixels[frame].mean(axis=0).tolist(),
        "sharpness": [float(ImageStat.Stat(edges).var[0])],
        "aspect": [image.width / image.height],
        "file size": [float(photo.path.stat().st_size)],
        "camera": [_camera_number(photo)],
        "time": None if taken is None else [taken],
    }


def _camera_number(photo: Photo) -> float:
    """A number for a maker and model, the same for all photos of it; 0 where none is told."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(photo.path) as image:
            exif = image.getexif()
    except (OSError, ValueError, SyntaxError):
        return 0.0
    told = " ".join(str(exif.get(tag, "")) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    return float(derived_seed(0, "camera", told) % 2**32) if told.strip() else 0.0
