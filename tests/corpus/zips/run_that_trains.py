"""A run that has not ended."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "is running; only a run that is done, failed or cancelled"


def make(here: Path) -> None:
    write_run_zip(here, state="running")
