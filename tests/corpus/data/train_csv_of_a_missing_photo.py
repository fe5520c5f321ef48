"""A train.csv with a photo that is not there."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 2: gone.jpg is not in ... train; add the photo or remove the line"


def make(here: Path) -> None:
    write_csv_dataset(here, ["gone.jpg,red"])
