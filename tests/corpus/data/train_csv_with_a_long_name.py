"""A train.csv with a name too long for any file."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 2: 'aaaaaaaa ... is not a valid file name"


def make(here: Path) -> None:
    write_csv_dataset(here, ["a" * 300 + ".jpg,red"])
