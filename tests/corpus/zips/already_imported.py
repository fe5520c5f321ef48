"""A run that is here already, the same to the byte."""

from pathlib import Path

from core.__main__ import main
from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
handled = "already here ... 0 imported, 1 already here"


def make(here: Path) -> None:
    main(["runs", "import", str(write_run_zip(here)), "--runs", str(here / "runs")])
