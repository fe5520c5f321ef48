"""A class whose folder has a space in its name."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "train/red book: class name 'red book' must not be empty or hold a space"


def make(here: Path) -> None:
    train = write_small_dataset(here) / "train"
    (train / "red").rename(train / "red book")
