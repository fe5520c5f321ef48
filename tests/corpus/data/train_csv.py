"""A train.csv instead of a folder for each class."""

from pathlib import Path

from tests.corpus.making import flat_set

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    flat_set(here, [])
