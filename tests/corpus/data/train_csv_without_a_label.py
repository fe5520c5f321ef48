"""A train.csv with an empty label."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 2: class name '' must not be empty"


def make(here: Path) -> None:
    write_csv_dataset(here, ["red/red_0.jpg,"])
