"""A train.csv with a zero byte in a name."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 2: 'a\\x00.jpg' is not a valid file name"


def make(here: Path) -> None:
    write_csv_dataset(here, ["a\0.jpg,red"])
