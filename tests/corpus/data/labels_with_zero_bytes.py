"""A label with a zero byte in it."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line 11: 're\\x00d' is not a class"


def make(here: Path) -> None:
    add_line(write_small_dataset(here) / "labels.csv", "test,img_0.jpg,re\0d,")
