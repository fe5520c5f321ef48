"""A file where the folder of runs should be."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "runs: File exists"


def make(here: Path) -> None:
    write_run_zip(here)
    (here / "runs").write_text("x")
