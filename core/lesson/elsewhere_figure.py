"""The pictures of the second step: photos of the shoot, and books cut out of photos from elsewhere,
with what each side answers. Chosen by a rule that knows no answer."""

from dataclasses import dataclass

import pandas as pd
from PIL import Image, ImageOps

from core.data.dataset import VALIDATION
from core.data.object_crops import labelled_objects
from core.data.photos import jpeg_bytes, open_photo
from core.lesson.pair import Pair

BOOKS = 8
IMAGE_SIDE = 170  # pixels
PAD = "#8a90a0"  # beside a narrow book; shows on light and dark pages


@dataclass(frozen=True)
class PredictedPhoto:
    """A picture, what it shows (None: a book of no class), and by side what is answered and
    whether that is right."""

    jpeg: bytes
    truth: str | None
    predictions: dict[str, tuple[str, bool]]


def validation_examples(pair: Pair) -> list[PredictedPhoto]:
    """The first validation photo of each class: the shoot that was trained on."""
    tables = {letter: _predictions(pair, letter, VALIDATION) for letter in pair.sides}
    files = [file for file in tables["A"] if file in tables["B"]]
    held_out = pair.dataset.held_out(files)
    first = {held_out.labels[photo.file].primary: photo for photo in reversed(held_out.photos)}
    found = []
    for name, photo in sorted(first.items()):
        picture = open_photo(photo.path, at_least=IMAGE_SIDE)
        found.append(
            _predicted_photo(picture, name, name, {k: t[photo.file] for k, t in tables.items()})
        )
    return found


def object_crop_examples(pair: Pair) -> list[PredictedPhoto]:
    """Eight cut-out objects, evenly spread over all of the test set."""
    split = f"{pair.set_name}/objects"
    tables = {letter: _predictions(pair, letter, split) for letter in pair.sides}
    known = [
        one
        for one in labelled_objects(pair.test_set, pair.dataset.classes)
        if all(one.file in table for table in tables.values())
    ]
    count = min(BOOKS, len(known))
    chosen = [known[int((place + 0.5) * len(known) / count)] for place in range(count)]
    return [
        _predicted_photo(
            one.crop(open_photo(one.photo.path)),
            one.class_name,
            one.class_name if one.box.label == one.class_name else None,
            {letter: table[one.file] for letter, table in tables.items()},
        )
        for one in chosen
    ]


def _predictions(pair: Pair, letter: str, split: str) -> dict[str, str]:
    """What the shown run answered, by file."""
    table: pd.DataFrame = pair.sides[letter].shown_run.predictions()
    table = table[table["split"] == split]
    return dict(zip(table["file"], table["predicted"], strict=True))


def _predicted_photo(
    picture: Image.Image, label: str, truth: str | None, predictions: dict[str, str]
) -> PredictedPhoto:
    square = ImageOps.pad(picture, (IMAGE_SIDE, IMAGE_SIDE), color=PAD)
    judged = {letter: (answer, answer == label) for letter, answer in predictions.items()}
    return PredictedPhoto(jpeg_bytes(square), truth, judged)
