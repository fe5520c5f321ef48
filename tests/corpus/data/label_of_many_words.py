"""A label of sixty thousand words, of which any could make a class."""

from pathlib import Path

from tests.corpus.builders import add_line, write_small_dataset

command = "data check HERE/data"
refused = "labels.csv line ... 'a' is not a class"


def make(here: Path) -> None:
    data = write_small_dataset(here)
    table = (data / "labels.csv").read_text("utf-8").splitlines()
    (data / "labels.csv").write_text("\n".join(table[:-1]) + "\n", "utf-8")
    split, file, *_ = table[-1].split(",")
    add_line(data / "labels.csv", f"{split},{file},red,{'a ' * 60_000}")
