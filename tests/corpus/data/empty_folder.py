"""An empty folder."""

from pathlib import Path

command = "data check HERE/data"
refused = "data: needs a folder train/ ... per class"


def make(here: Path) -> None:
    (here / "data").mkdir()
