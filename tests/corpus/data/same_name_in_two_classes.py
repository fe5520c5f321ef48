"""Photos of the same name in two classes."""

import shutil
from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
handled = "train/blue: 5 photos ... sound"


def make(here: Path) -> None:
    train = small_set(here) / "train"
    shutil.copy(train / "red" / "red_0.jpg", train / "blue" / "red_0.jpg")
