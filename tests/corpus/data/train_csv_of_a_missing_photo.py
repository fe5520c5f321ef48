"""A train.csv with a photo that is not there."""

from pathlib import Path

from tests.corpus.making import flat_set

command = "data check HERE/data"
refused = "train.csv line 2: gone.jpg is not in ... train: add the photo or remove the line"


def make(here: Path) -> None:
    flat_set(here, ["gone.jpg,red"])
