"""A run that is to go on and is under way."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "resume the-run --runs HERE/runs"
refused = "the-run: is running; only a stopped run can be resumed"


def make(here: Path) -> None:
    write_case_run(here, "running")
