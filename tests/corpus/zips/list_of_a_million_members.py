"""A list of a million members that are not there, each of which would take memory."""

import struct
from pathlib import Path

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: contains more than 20,000 files"


def make(here: Path) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, *[0] * 7, 1, *[0] * 6) + b"a"
    listed = entry * 200_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(listed), 0, 0)
    (here / "ada.zip").write_bytes(listed + end)
