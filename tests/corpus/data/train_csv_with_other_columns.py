"""A train.csv with other columns."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "train.csv: lacks the column fnames; its first line must be fnames,target, with commas"


def make(here: Path) -> None:
    table = small_set(here) / "train.csv"
    table.write_text("file,label\nred/red_0.jpg,red\n", "utf-8")
