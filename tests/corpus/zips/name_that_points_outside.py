"""A name that leads out of the folder."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: contains ../../escaped.txt, which points outside the zip file"


def make(here: Path) -> None:
    write_run_zip(here, extra_members={"../../escaped.txt": b"x"})
