"""A class of JPEG photos that are named .heic."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    for photo in list((write_small_dataset(here) / "train" / "red").iterdir()):
        photo.rename(photo.with_suffix(".heic"))
