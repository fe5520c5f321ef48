"""A box with NaN in it."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "boxes.csv line ... y1 must be a number from 0 to 1 ... not 'nan'"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "boxes.csv", "test,img_0.jpg,red,0,0,1,nan,1")
