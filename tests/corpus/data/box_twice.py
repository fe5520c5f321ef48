"""The same box twice."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "boxes.csv line ... img_0.jpg of test has this box twice: keep one of the lines"


def make(here: Path) -> None:
    add_line(
        small_set(here) / "boxes.csv", "test,img_0.jpg,red,0,0,1,1,1\ntest,img_0.jpg,red,0,0,1,1,1"
    )
