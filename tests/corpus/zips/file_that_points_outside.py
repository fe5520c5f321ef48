"""A file of the run whose name leads out of its folder."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: contains ... which points outside the zip file"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("../escaped.txt", b"x"))
