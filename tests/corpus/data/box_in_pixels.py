"""A box in pixels."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "boxes.csv line ... x0 must be a number from 0 to 1, not '12' (a share ... not pixels)"


def make(here: Path) -> None:
    add_line(small_set(here) / "boxes.csv", "test,img_0.jpg,red,12,20,62,90,1")
