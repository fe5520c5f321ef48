"""A PNG that was cut off half way."""

from pathlib import Path

from tests.corpus.making import first_photo, picture_bytes

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a photo we can read"


def make(here: Path) -> None:
    first_photo(here).write_bytes(picture_bytes("PNG")[:200])
