"""A table with a million columns."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "labels.csv: lacks the column split"


def make(here: Path) -> None:
    (write_small_dataset(here) / "labels.csv").write_text("a," * 1_000_000 + "b\n", "utf-8")
