"""A run that is to be evaluated and is not finished."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "evaluate the-run --runs HERE/runs"
refused = "the-run: not finished (cancelled)"


def make(here: Path) -> None:
    write_case_run(here, "cancelled")
