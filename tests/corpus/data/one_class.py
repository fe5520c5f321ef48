"""A single class."""

import shutil
from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "train: needs photos of at least two classes, has 1"


def make(here: Path) -> None:
    train = small_set(here) / "train"
    shutil.rmtree(train / "red")
    shutil.rmtree(train / "background")
