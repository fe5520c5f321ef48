"""A run that is to be exported and has not ended."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "export the-run --zip HERE/a.zip --runs HERE/runs"
refused = "the-run: is running; only a run that is done, failed or cancelled"


def make(here: Path) -> None:
    write_case_run(here, "running")
