"""A strip of 4 by 20000 pixels."""

from pathlib import Path

from tests.corpus.builders import picture, picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: 4x20000 pixels; one side may be at most 30 times the other; crop it"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(picture_bytes("PNG", picture(size=(4, 20_000))))
