"""A run that is to be cancelled and is done."""

from pathlib import Path

from tests.corpus.making import run_of

command = "cancel the-run --runs HERE/runs"
refused = "the-run: has ended already (done)"


def make(here: Path) -> None:
    run_of(here)
