"""An empty folder."""

from pathlib import Path

command = "data check HERE/data"
refused = "data: has no folder train/ ... for each class"


def make(here: Path) -> None:
    (here / "data").mkdir()
