"""Photos of the same name in two classes."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "train/blue: 5 photos ... sound"


def make(here: Path) -> None:
    train = write_small_dataset(here) / "train"
    shutil.copy(train / "red" / "red_0.jpg", train / "blue" / "red_0.jpg")
