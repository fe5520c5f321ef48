"""A file where the folder of runs should be, when they are listed."""

from pathlib import Path

command = "runs list --runs HERE/runs"
refused = "runs: is a file, not a folder of runs"


def make(here: Path) -> None:
    (here / "runs").write_text("precious")
