"""A link to a photo that is not there."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: a broken link: remove or fix it"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    photo.unlink()
    photo.symlink_to(here / "stick" / "red_0.jpg")
