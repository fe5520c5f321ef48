"""A folder."""

from pathlib import Path

refused = "recipe.yaml: is no file"


def make(here: Path) -> None:
    (here / "recipe.yaml").mkdir()
