"""A zero byte in the text."""

from pathlib import Path

refused = "recipe.yaml: not a readable YAML file: special characters are not allowed"


def make(here: Path) -> None:
    (here / "recipe.yaml").write_bytes(b"seed: 1\0\n")
