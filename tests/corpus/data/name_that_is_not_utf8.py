"""A photo whose name is Latin-1, as from an old archive."""

import os
from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/b?cher.jpg: the name is not UTF-8; rename it"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    os.rename(photo, os.fsencode(photo.parent) + b"/b\xfccher.jpg")  # noqa: PTH104
