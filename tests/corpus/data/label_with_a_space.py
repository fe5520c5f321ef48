"""A label with a space in it."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = (
    "boxes.csv line ... class name 'red book' must not be empty or hold a space; write two_words"
)


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "boxes.csv", "test,img_0.jpg,red book,0,0,1,1,1")
