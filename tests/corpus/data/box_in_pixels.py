"""A box in pixels."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "boxes.csv line ... x0 must be a number from 0 to 1, not '12' (a fraction ... not pixels)"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "boxes.csv", "test,img_0.jpg,red,12,20,62,90,1")
