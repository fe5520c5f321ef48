"""A photo that lies on its side and says so in its EXIF."""

from pathlib import Path

from PIL import Image

from core.data.photos import open_photo, photo_size
from tests.corpus.builders import (
    PHOTO,
    picture,
    picture_bytes,
    write_dataset_photo,
)

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8  # to be turned a quarter to the left
    lying = picture().transpose(Image.Transpose.ROTATE_270)
    write_dataset_photo(here).write_bytes(picture_bytes("JPEG", lying, exif=exif))


def check(here: Path) -> None:
    photo = here / "data" / PHOTO
    seen = open_photo(photo)
    assert seen.size == photo_size(photo) == (160, 120)
    assert seen.getpixel((20, 60))[0] > seen.getpixel((140, 60))[0] + 60
