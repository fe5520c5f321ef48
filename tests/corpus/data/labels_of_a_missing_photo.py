"""A label of a photo that is not there."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "labels.csv line 11: gone.jpg is not in test/: add the photo or remove the line"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", "test,gone.jpg,red,red")
