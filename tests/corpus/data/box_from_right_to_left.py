"""A box whose x1 is below its x0."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "boxes.csv line ... the box is empty; x0 must be below x1"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "boxes.csv", "test,img_0.jpg,red,0.6,0,0.5,1,1")
