"""A line of a million commas behind sound ones."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: no test set"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "gone" + "," * 1_000_000)
