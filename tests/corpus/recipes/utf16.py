"""A recipe in UTF-16."""

from pathlib import Path

refused = "recipe.yaml: not UTF-8 text; save it as UTF-8"


def make(here: Path) -> None:
    (here / "recipe.yaml").write_text("seed: 1", "utf-16")
