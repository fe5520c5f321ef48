"""Runs that are to be exported into a folder that is not there."""

from pathlib import Path

from tests.corpus.making import run_of

command = "export the-run --zip HERE/gone/a.zip --runs HERE/runs"
refused = "a.zip: there is no folder"


def make(here: Path) -> None:
    run_of(here)
