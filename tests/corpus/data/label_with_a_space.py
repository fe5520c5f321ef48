"""A label with a space in it."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
handled = "test: 3 photos, 3 labelled, 4 boxes ... sound"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "boxes.csv", "test,img_0.jpg,red book,0,0,1,1,1")
