"""A photo whose name is Latin-1, as from an old archive."""

import os
from pathlib import Path

from tests.corpus.making import first_photo

command = "data check HERE/data"
refused = "train/red/b?cher.jpg: its name is not UTF-8: rename it"


def make(here: Path) -> None:
    photo = first_photo(here)
    os.rename(photo, os.fsencode(photo.parent) + b"/b\xfccher.jpg")  # noqa: PTH104
