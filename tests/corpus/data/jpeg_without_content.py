"""A JPEG that ends in its header."""

from pathlib import Path

from tests.corpus.making import first_photo, picture_bytes

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a photo we can read (a file of 20 bytes"


def make(here: Path) -> None:
    first_photo(here).write_bytes(picture_bytes("JPEG")[:20])
