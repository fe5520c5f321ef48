"""A photo given as weights."""

from pathlib import Path

from tests.corpus.builders import picture_bytes

command = "train FAST --set weights=HERE/weights.pth --data TINY --runs HERE/runs"
refused = "weights: ... weights.pth: not a weights file"


def make(here: Path) -> None:
    (here / "weights.pth").write_bytes(picture_bytes("JPEG"))
