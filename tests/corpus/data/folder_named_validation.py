"""A folder `validation` beside `train`."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "data/validation: validation photos come from train/; rename this folder"


def make(here: Path) -> None:
    data = write_small_dataset(here)
    shutil.copytree(data / "test", data / "validation")
