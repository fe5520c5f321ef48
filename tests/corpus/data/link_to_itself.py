"""A link that leads to itself."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: a broken link"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    photo.unlink()
    photo.symlink_to(photo)
