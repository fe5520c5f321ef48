"""An AVIF named .jpg, and a PNG without suffix."""

from pathlib import Path

from tests.corpus.builders import picture_bytes, write_photos

command = "data check HERE/in --runs HERE/runs"
handled = "train/a: 5 photos ... sound"


def make(here: Path) -> None:
    write_photos(here / "in", "a/*", "b/*")
    (here / "in" / "a" / "x.jpg").write_bytes(picture_bytes("AVIF"))
    (here / "in" / "a" / "photo").write_bytes(picture_bytes("PNG"))
