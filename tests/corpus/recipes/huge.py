"""A file of 2 MB."""

from pathlib import Path

refused = "recipe.yaml: larger than 1 MB, so not a recipe or"


def make(here: Path) -> None:
    (here / "recipe.yaml").write_text("# " + 2_000_000 * "x", "utf-8")
