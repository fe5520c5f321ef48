"""A PNG of 70 bytes that claims to be 60000 pixels wide and high."""

import struct
import zlib
from pathlib import Path

from tests.corpus.builders import write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: 60000x60000 pixels; the limit is 80 million"


def make(here: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b""), b"IEND")
    write_dataset_photo(here).write_bytes(
        b"\x89PNG\r\n\x1a\n" + b"".join(_framed(chunk) for chunk in chunks)
    )


def _framed(chunk: bytes) -> bytes:
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
