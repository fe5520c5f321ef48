"""Semicolons between the columns."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "test: 3 photos, 3 labelled, 3 boxes ... sound"


def make(here: Path) -> None:
    table = write_small_dataset(here) / "labels.csv"
    table.write_text(table.read_text("utf-8").replace(",", ";"), "utf-8")
