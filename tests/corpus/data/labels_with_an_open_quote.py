"""A quote that is never closed."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line ... invalid CSV"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", 'test,"img_0.jpg,red,red')
