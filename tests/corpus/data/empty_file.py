"""A file of no bytes."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo (0 bytes"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(b"")
