"""A class whose photos are all of a kind that nothing here reads (HEIC)."""

from pathlib import Path

from tests.corpus.making import small_set

command = "data check HERE/data"
refused = "train/red: has no photo (.jpg, ... ): add some or remove the folder"


def make(here: Path) -> None:
    for photo in list((small_set(here) / "train" / "red").iterdir()):
        photo.rename(photo.with_suffix(".heic"))
