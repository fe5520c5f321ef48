"""A picture of 100 megapixels."""

from pathlib import Path

from PIL import Image

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: 10000x10000 pixels; the limit is 80 million; save it smaller"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(picture_bytes("PNG", Image.new("1", (10_000, 10_000))))
