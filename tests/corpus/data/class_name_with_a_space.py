"""A class whose folder has a space in its name."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "train/red book: 4 photos ... sound"


def make(here: Path) -> None:
    data = write_small_dataset(here)
    (data / "labels.csv").unlink()  # names the class otherwise
    train = data / "train"
    (train / "red").rename(train / "red book")
