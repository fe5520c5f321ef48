"""A class with one photo."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "train: class red has only one photo; it needs at least two"


def make(here: Path) -> None:
    for photo in sorted((write_small_dataset(here) / "train" / "red").iterdir())[1:]:
        photo.unlink()
