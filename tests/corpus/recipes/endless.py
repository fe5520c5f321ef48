"""A file without an end: a link to /dev/zero."""

from pathlib import Path

refused = "recipe.yaml: not a file"


def make(here: Path) -> None:
    (here / "recipe.yaml").symlink_to("/dev/zero")
