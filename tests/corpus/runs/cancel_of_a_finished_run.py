"""A run that is to be cancelled and is done."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "cancel the-run --runs HERE/runs"
refused = "the-run: has ended already (done)"


def make(here: Path) -> None:
    write_case_run(here)
