"""A field of 200000 characters."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: invalid CSV (field larger than field limit"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "test,img_0.jpg,red," + "red " * 50_000)
