"""A folder `validation` beside `train`."""

import shutil
from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "data/validation: validation photos are taken from train/; rename the folder"


def make(here: Path) -> None:
    data = small_set(here)
    shutil.copytree(data / "test", data / "validation")
