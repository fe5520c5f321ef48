"""A train.csv instead of a folder for each class."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    write_csv_dataset(here, [])
