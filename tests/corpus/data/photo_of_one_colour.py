"""A photo of one colour, which is told."""

from pathlib import Path

from PIL import Image

from tests.corpus.builders import picture_bytes, write_photos

command = "data import HERE/in --datasets HERE/sets --name taken --runs HERE/runs"
handled = "a/grey.png: has only one colour"


def make(here: Path) -> None:
    write_photos(here / "in", "a/*", "b/*")
    grey = Image.new("RGB", (60, 40), "#777")
    (here / "in" / "a" / "grey.png").write_bytes(picture_bytes("PNG", grey))
