"""A small JPEG that claims to be 65500 pixels wide and high."""

import struct
from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: 65500x65500 pixels; the limit is 80 million"


def make(here: Path) -> None:
    small = struct.pack(">HH", 120, 160)  # height and width in the frame's header
    large = struct.pack(">HH", 65_500, 65_500)
    photo = picture_bytes("JPEG")
    assert photo.count(small) == 1
    write_dataset_photo(here).write_bytes(photo.replace(small, large))
