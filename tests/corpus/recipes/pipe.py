"""A pipe that nobody writes to."""

import os
from pathlib import Path

refused = "recipe.yaml: not a file"


def make(here: Path) -> None:
    os.mkfifo(here / "recipe.yaml")
