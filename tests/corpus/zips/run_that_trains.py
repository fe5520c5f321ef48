"""A run that has not ended."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "is running; only a run that has ended"


def make(here: Path) -> None:
    run_zip(here, state="running")
