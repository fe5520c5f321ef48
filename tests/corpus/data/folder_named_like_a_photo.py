"""A folder named like a photo, with a photo in it."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
handled = (
    "train/red: 4 photos ... unused files, not photos of this data set: train/red/more.jpg/a.jpg"
)


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    (photo.parent / "more.jpg").mkdir()
    shutil.copy(photo, photo.parent / "more.jpg" / "a.jpg")
