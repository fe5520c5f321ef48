"""A train.csv with a file outside the data set."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 2: ../../secret.jpg points outside"


def make(here: Path) -> None:
    write_csv_dataset(here, ["../../secret.jpg,red"])
