"""A run that is to be evaluated and is not finished."""

from pathlib import Path

from tests.corpus.making import run_of

command = "evaluate the-run --runs HERE/runs"
refused = "the-run: is not finished (cancelled)"


def make(here: Path) -> None:
    run_of(here, "cancelled")
