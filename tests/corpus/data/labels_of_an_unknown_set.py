"""A label of a test set that is not there."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: no test set tset (available: test, test_difficult)"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "tset,img_0.jpg,red,red")
