"""A photo given as a recipe."""

from pathlib import Path

from tests.corpus.builders import picture_bytes

refused = "recipe.yaml: not UTF-8 text; save it as UTF-8"


def make(here: Path) -> None:
    (here / "recipe.yaml").write_bytes(picture_bytes("JPEG"))
