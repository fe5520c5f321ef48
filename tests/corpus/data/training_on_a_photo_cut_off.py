"""A training on a set with a JPEG that was cut off half way."""

from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "train FAST --data HERE/data --runs HERE/runs"
refused = "train/red/red_0.jpg: not a readable photo (image file is truncated"


def make(here: Path) -> None:
    photo = write_dataset_photo(here)
    photo.write_bytes(photo.read_bytes()[: photo.stat().st_size // 2])
