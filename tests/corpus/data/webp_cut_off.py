"""A WebP that was cut off half way."""

from pathlib import Path

from PIL import Image

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    whole = picture_bytes("WEBP", Image.open(photo))
    photo.write_bytes(whole[: len(whole) // 2])
