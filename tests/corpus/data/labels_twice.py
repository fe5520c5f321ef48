"""A photo that is labelled twice."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: img_0.jpg of test is labelled twice; keep one of the lines"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "test,img_0.jpg,blue,blue")
