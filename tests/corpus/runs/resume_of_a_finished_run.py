"""A run that is to go on and is done."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "resume the-run --runs HERE/runs"
refused = "the-run: is done; only a stopped run can be resumed"


def make(here: Path) -> None:
    write_case_run(here)
