"""A GIF of two thousand pictures: the first one counts, and no other is read."""

from pathlib import Path

from tests.corpus.builders import picture, picture_bytes, write_small_dataset

command = "data check HERE/data"
handled = "train/red: 5 photos ... sound"


def make(here: Path) -> None:
    frames = [picture(size=(32, 24)).rotate(n) for n in range(2000)]
    data = picture_bytes("GIF", frames[0], save_all=True, append_images=frames[1:])
    (write_small_dataset(here) / "train" / "red" / "many.gif").write_bytes(data)
