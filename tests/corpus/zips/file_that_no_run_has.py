"""A program among the files of the run."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "run.py: no file of a run"


def make(here: Path) -> None:
    run_zip(here, replaced("run.py", b"print()"))
