"""Test sets without labels or boxes."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
handled = "test_difficult: 6 photos, 0 labelled, 0 boxes ... sound"


def make(here: Path) -> None:
    data = small_set(here)
    (data / "labels.csv").unlink()
    (data / "boxes.csv").unlink()
