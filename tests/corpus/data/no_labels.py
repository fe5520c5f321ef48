"""Test sets without labels or boxes."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "test_difficult: 6 photos, 0 labelled, 0 boxes ... sound"


def make(here: Path) -> None:
    data = write_small_dataset(here)
    (data / "labels.csv").unlink()
    (data / "boxes.csv").unlink()
