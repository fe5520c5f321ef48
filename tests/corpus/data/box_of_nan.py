"""A box with NaN in it."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "boxes.csv line ... y1 must be a number from 0 to 1 ... not 'nan'"


def make(here: Path) -> None:
    add_line(small_set(here) / "boxes.csv", "test,img_0.jpg,red,0,0,1,nan,1")
