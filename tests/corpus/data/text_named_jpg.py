"""Text named .jpg."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo (21 bytes ... save it again"


def make(here: Path) -> None:
    write_dataset_photo(here).write_bytes(b"a photo of a red book")
