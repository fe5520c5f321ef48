"""An animated PNG: its first picture counts."""

from pathlib import Path

from core.data.photos import open_photo
from tests.corpus.builders import (
    PHOTO,
    picture,
    picture_bytes,
    write_dataset_photo,
)

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(
        picture_bytes("PNG", save_all=True, append_images=[picture("L").convert("RGB")])
    )


def check(here: Path) -> None:
    seen = open_photo(here / "data" / PHOTO)
    assert (seen.mode, seen.size) == ("RGB", (160, 120))
    left, right = seen.getpixel((20, 60)), seen.getpixel((140, 60))
    assert left[0] > right[0] + 60  # the lighter half
