"""A table with a million columns."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "labels.csv: column split is missing"


def make(here: Path) -> None:
    (write_small_dataset(here) / "labels.csv").write_text("a," * 1_000_000 + "b\n", "utf-8")
