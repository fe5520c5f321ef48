"""Weights that are a pickle with a program in it."""

from pathlib import Path
from typing import Any

import torch

command = "train FAST --set weights=HERE/weights.pth --data TINY --runs HERE/runs"
refused = "weights: ... weights.pth: not a weights file"


def make(here: Path) -> None:
    torch.save({"fc.weight": Touches(here / "ran")}, here / "weights.pth")


class Touches:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def check(here: Path) -> None:
    assert not (here / "ran").exists()
