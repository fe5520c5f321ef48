"""A run that is here already, the same to the byte."""

from pathlib import Path

from core.__main__ import main
from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "is here already ... taken: 0, here already: 1"


def make(here: Path) -> None:
    main(["runs", "import", str(write_run_zip(here)), "--runs", str(here / "runs")])
