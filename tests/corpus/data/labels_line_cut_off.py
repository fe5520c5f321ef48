"""A line that was cut off."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: too few columns"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "test,img_0.jpg")
