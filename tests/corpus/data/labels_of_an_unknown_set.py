"""A label of a test set that is not there."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "labels.csv line 11: there is no test set tset (there are: test, test_difficult)"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", "tset,img_0.jpg,red,red")
