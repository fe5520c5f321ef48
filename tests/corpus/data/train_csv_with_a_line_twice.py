"""A train.csv with a photo twice, written in two ways."""

from pathlib import Path

from tests.corpus.builders import write_csv_dataset

command = "data check HERE/data"
refused = "train.csv line 3: red/./red_0.jpg is listed twice; keep one of the lines"


def make(here: Path) -> None:
    write_csv_dataset(here, ["red/red_0.jpg,red", "red/./red_0.jpg,blue"])
