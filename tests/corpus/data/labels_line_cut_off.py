"""A line that was cut off."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "labels.csv line 11: has too few columns"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", "test,img_0.jpg")
