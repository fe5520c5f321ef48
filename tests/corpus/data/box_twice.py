"""The same box twice."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "boxes.csv line ... img_0.jpg of test has this box twice; keep one of the lines"


def make(here: Path) -> None:
    add_line(
        write_small_dataset(here) / "boxes.csv",
        "test,img_0.jpg,red,0,0,1,1,1\ntest,img_0.jpg,red,0,0,1,1,1",
    )
