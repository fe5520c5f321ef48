"""A folder with a TIFF of two hundred pages: its first page is taken."""

from pathlib import Path

from tests.corpus.builders import picture, picture_bytes, write_small_dataset

command = "data import HERE/data --datasets HERE/sets --name taken"
handled = "taken"


def make(here: Path) -> None:
    pages = [picture(size=(40, 30)).rotate(n) for n in range(200)]
    data = picture_bytes("TIFF", pages[0], save_all=True, append_images=pages[1:])
    (write_small_dataset(here) / "train" / "red" / "pages.tif").write_bytes(data)


def check(here: Path) -> None:
    (copy,) = (here / "sets" / "taken").rglob("pages*")
    assert copy.suffix == ".jpg"
