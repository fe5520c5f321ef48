"""A line of a million commas behind sound ones."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "labels.csv line 11: there is no test set"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", "gone" + "," * 1_000_000)
