"""A PNG whose colour profile grows to 50 MB when it is unpacked."""

import struct
import zlib
from pathlib import Path

from tests.corpus.builders import picture_bytes, write_dataset_photo

command = "data check HERE/data"
refused = "train/red/red_0.jpg: not a readable photo (Decompressed data too large"


def make(here: Path) -> None:
    packer = zlib.compressobj(9)
    million = bytes(1_000_000)
    packed = b"".join(packer.compress(million) for _ in range(50)) + packer.flush()
    body = b"iCCPprofile\0\0" + packed
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    whole = picture_bytes("PNG")
    write_dataset_photo(here).write_bytes(whole[:33] + chunk + whole[33:])  # behind the header
