"""A run that is to be exported and has not ended."""

from pathlib import Path

from tests.corpus.making import run_of

command = "export the-run --zip HERE/a.zip --runs HERE/runs"
refused = "the-run: is running; only a run that has ended"


def make(here: Path) -> None:
    run_of(here, "running")
