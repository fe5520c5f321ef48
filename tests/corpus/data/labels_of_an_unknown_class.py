"""A label of an unknown class."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: 'green' is not a class (available: background, blue, red)"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "test,img_0.jpg,green,green")
