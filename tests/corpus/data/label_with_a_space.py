"""A label with a space in it."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = (
    "boxes.csv line ... class name 'red book' must not be empty or hold a space; write two_words"
)


def make(here: Path) -> None:
    add_line(small_set(here) / "boxes.csv", "test,img_0.jpg,red book,0,0,1,1,1")
