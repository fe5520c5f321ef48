"""A photo named .gif."""

from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
handled = "train/red: 5 photos ... sound"


def make(here: Path) -> None:
    write_dataset_photo(here).with_name("more.gif").write_bytes(picture_bytes("GIF"))
