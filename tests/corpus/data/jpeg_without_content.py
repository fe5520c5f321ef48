"""A JPEG that ends in its header."""

from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo (20 bytes"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(picture_bytes("JPEG")[:20])
