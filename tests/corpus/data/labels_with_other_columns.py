"""A table with other columns."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "labels.csv: lacks the column split; its first line must be split,file,primary,present"


def make(here: Path) -> None:
    table = small_set(here) / "labels.csv"
    table.write_text("photo,class\nimg_0.jpg,red\n", "utf-8")
