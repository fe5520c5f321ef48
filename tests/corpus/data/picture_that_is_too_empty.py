"""A picture of eighty megapixels in ten kilobytes."""

from pathlib import Path

from PIL import Image

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: 8900x8900 pixels in ... bytes; too little data for a photo"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(picture_bytes("PNG", Image.new("1", (8_900, 8_900))))
