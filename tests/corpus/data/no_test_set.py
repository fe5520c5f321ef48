"""No test set at all."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    data = write_small_dataset(here)
    (data / "labels.csv").unlink()
    (data / "boxes.csv").unlink()
    shutil.rmtree(data / "test")
    shutil.rmtree(data / "test_difficult")
