"""Photos in `train/` itself, without a folder for each class."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "train: needs photos of at least two classes, has 0; put the photos of each class in"


def make(here: Path) -> None:
    train = write_small_dataset(here) / "train"
    for photo in train.glob("*/*.jpg"):
        photo.rename(train / photo.name)
    for folder in list(train.iterdir()):
        if folder.is_dir():
            shutil.rmtree(folder)
