"""A byte-order mark and Windows line ends."""

from pathlib import Path

command = "train HERE/recipe.yaml --data TINY --runs HERE/runs --dry-run"
handled = "recipe: from Windows"


def make(here: Path) -> None:
    text = "name: from Windows\r\nseed: 3\r\n"
    (here / "recipe.yaml").write_bytes(text.encode("utf-8-sig"))
