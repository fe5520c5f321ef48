"""A JPEG whose middle is overwritten: it is shown as far as it can be, as everywhere."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    content = bytearray(photo.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    photo.write_bytes(content)
