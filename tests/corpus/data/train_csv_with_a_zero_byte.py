"""A train.csv with a zero byte in a name."""

from pathlib import Path

from tests.corpus.making import flat_set

command = "data check HERE/data"
refused = "train.csv line 2: 'a\\x00.jpg' cannot be the name of a file"


def make(here: Path) -> None:
    flat_set(here, ["a\0.jpg,red"])
