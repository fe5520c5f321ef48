"""A train.csv with other columns."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = (
    "train.csv: column fnames is missing; the first line must be fnames,target, separated by commas"
)


def make(here: Path) -> None:
    table = write_small_dataset(here) / "train.csv"
    table.write_text("file,label\nred/red_0.jpg,red\n", "utf-8")
