"""A JPEG with a page and a zip file behind its end: its pixels count, and nothing else of it."""

import io
import zipfile
from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
handled = "train/red: 4 photos ... sound"


def make(here: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../evil.txt", "x")
    page = b"<html><script>pwned()</script></html>"
    write_dataset_photo(here).write_bytes(picture_bytes("JPEG") + page + packed.getvalue())


def check(here: Path) -> None:
    assert not list(here.rglob("evil.txt"))
