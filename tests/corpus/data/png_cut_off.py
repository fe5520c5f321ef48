"""A PNG that was cut off half way."""

from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(picture_bytes("PNG")[:200])
