"""A table of 200 MB, most of them a hole in the file."""

import os
from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "labels.csv: larger than 20 MB; not a table of photos"


def make(here: Path) -> None:
    os.truncate(write_small_dataset(here) / "labels.csv", 200_000_000)


def check(here: Path) -> None:
    (here / "data" / "labels.csv").unlink()
