"""A train.csv with a name too long for any file."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 2: 'aaaaaaaa ... cannot be the name of a file"


def make(here: Path) -> None:
    write_csv_dataset(here, ["a" * 300 + ".jpg,red"])
