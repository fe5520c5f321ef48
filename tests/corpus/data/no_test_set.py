"""No test set at all."""

import shutil
from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    data = small_set(here)
    (data / "labels.csv").unlink()
    (data / "boxes.csv").unlink()
    shutil.rmtree(data / "test")
    shutil.rmtree(data / "test_difficult")
