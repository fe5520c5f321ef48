"""A folder."""

from pathlib import Path

refused = "recipe.yaml: not a file"


def make(here: Path) -> None:
    (here / "recipe.yaml").mkdir()
