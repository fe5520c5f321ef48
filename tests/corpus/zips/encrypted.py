"""A zip file with a password."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: encrypted; unpack"


def make(here: Path) -> None:
    path = write_run_zip(here)
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag, in the first member and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
