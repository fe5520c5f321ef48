"""Runs that are to be exported into a folder that is not there."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "export the-run --zip HERE/gone/a.zip --runs HERE/runs"
refused = "a.zip: there is no folder"


def make(here: Path) -> None:
    write_case_run(here)
