"""A sound run."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "Ada ... imported"


def make(here: Path) -> None:
    write_run_zip(here)
