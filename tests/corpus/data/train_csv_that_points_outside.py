"""A train.csv with a file outside the data set."""

from pathlib import Path

from tests.corpus.making import flat_set

command = "data check HERE/data"
refused = "train.csv line 2: ../../secret.jpg points outside"


def make(here: Path) -> None:
    flat_set(here, ["../../secret.jpg,red"])
