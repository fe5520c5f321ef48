"""Runs that are to be exported to a file that is not called a zip file."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "export the-run --zip HERE/a.rar --runs HERE/runs"
refused = "a.rar: must end in .zip"


def make(here: Path) -> None:
    write_case_run(here)
