"""A file where the folder of runs should be."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "runs: File exists"


def make(here: Path) -> None:
    run_zip(here)
    (here / "runs").write_text("x")
