"""A file of the run whose name leads out of its folder."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: holds ... which points outside of the zip file"


def make(here: Path) -> None:
    run_zip(here, replaced("../escaped.txt", b"x"))
