"""A picture of one pixel."""

from pathlib import Path

from tests.corpus.builders import picture, picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: 1x1 pixels is not a photo; remove it"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(picture_bytes("PNG", picture(size=(1, 1))))
