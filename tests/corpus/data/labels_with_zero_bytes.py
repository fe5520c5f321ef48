"""A label with a zero byte in it."""

from pathlib import Path

from tests.corpus.making import add_line, small_set

command = "data check HERE/data"
refused = "labels.csv line 11: 're\\x00d' is no class"


def make(here: Path) -> None:
    add_line(small_set(here) / "labels.csv", "test,img_0.jpg,re\0d,")
