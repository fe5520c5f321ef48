"""A train.csv with an empty label."""

from pathlib import Path

from tests.corpus.making import flat_set

command = "data check HERE/data"
refused = "train.csv line 2: class name '' must not be empty"


def make(here: Path) -> None:
    flat_set(here, ["red/red_0.jpg,"])
