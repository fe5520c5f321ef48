"""A photo named .gif."""

from pathlib import Path

from tests.corpus.making import first_photo, picture_bytes

command = "data check HERE/data"
handled = "train/red: 5 photos ... sound"


def make(here: Path) -> None:
    first_photo(here).with_name("more.gif").write_bytes(picture_bytes("GIF"))
