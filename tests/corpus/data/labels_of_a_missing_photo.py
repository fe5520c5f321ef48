"""A label of a photo that is not there."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: gone.jpg is not in test/; add the photo or remove the line"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "test,gone.jpg,red,red")
