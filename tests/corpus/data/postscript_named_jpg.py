"""A PostScript program named .jpg, which Pillow would have run."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo ... not JPEG"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    )
