"""A single class."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "train: needs photos of at least two classes, has 1"


def make(here: Path) -> None:
    train = write_small_dataset(here) / "train"
    shutil.rmtree(train / "red")
    shutil.rmtree(train / "background")
