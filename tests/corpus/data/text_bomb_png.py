"""A PNG whose text note grows to 10 MB when it is unpacked."""

import zlib
from pathlib import Path

from PIL.PngImagePlugin import PngInfo

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo (Decompressed data too large"


def make(here: Path) -> None:
    packer = zlib.compressobj(9)
    million = bytes(1_000_000)
    packed = b"".join(packer.compress(million) for _ in range(10)) + packer.flush()
    notes = PngInfo()
    notes.add(b"zTXt", b"Comment\0\0" + packed)
    write_dataset_photo(here).write_bytes(picture_bytes("PNG", pnginfo=notes))
