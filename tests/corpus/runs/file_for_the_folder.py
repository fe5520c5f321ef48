"""A file where the folder of runs should be."""

from pathlib import Path

command = "train FAST --data TINY --runs HERE/runs"
refused = "runs: cannot write a run there (Not a directory); give another folder for runs"


def make(here: Path) -> None:
    (here / "runs").write_text("precious")
