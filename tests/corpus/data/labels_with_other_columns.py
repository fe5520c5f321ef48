"""A table with other columns."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "labels.csv: column split is missing; the first line must be split,file,primary,present"


def make(here: Path) -> None:
    table = write_small_dataset(here) / "labels.csv"
    table.write_text("photo,class\nimg_0.jpg,red\n", "utf-8")
