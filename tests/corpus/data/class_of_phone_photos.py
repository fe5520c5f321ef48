"""A class whose photos are all of a kind that nothing here reads (HEIC)."""

from pathlib import Path

from tests.corpus.builders import write_small_dataset

command = "data check HERE/data"
refused = "train/red: has no photo (.jpg, ... ): add some or remove the folder"


def make(here: Path) -> None:
    for photo in list((write_small_dataset(here) / "train" / "red").iterdir()):
        photo.rename(photo.with_suffix(".heic"))
