"""A table with a million columns."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "labels.csv: lacks the column split"


def make(here: Path) -> None:
    (small_set(here) / "labels.csv").write_text("a," * 1_000_000 + "b\n", "utf-8")
