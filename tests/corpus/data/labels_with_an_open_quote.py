"""A quote that is never closed."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "labels.csv line ... not as a CSV file is written"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", 'test,"img_0.jpg,red,red')
