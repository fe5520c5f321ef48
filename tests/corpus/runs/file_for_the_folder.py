"""A file where the folder of runs should be."""

from pathlib import Path

command = "train FAST --data TINY --runs HERE/runs"
refused = "runs: cannot write a run (Not a directory); use another runs folder"


def make(here: Path) -> None:
    (here / "runs").write_text("precious")
