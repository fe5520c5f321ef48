"""A run that is to go on and is under way."""

from pathlib import Path

from tests.corpus.making import run_of

command = "resume the-run --runs HERE/runs"
refused = "the-run: is running; only a stopped run can be resumed"


def make(here: Path) -> None:
    run_of(here, "running")
