"""A text file that is called a zip file."""

from pathlib import Path

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: not a readable zip file"


def make(here: Path) -> None:
    (here / "ada.zip").write_text("my run", "utf-8")
