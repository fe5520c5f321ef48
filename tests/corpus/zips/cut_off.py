"""A zip file that was cut off on its way."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: not a readable zip file"


def make(here: Path) -> None:
    path = write_run_zip(here)
    path.write_bytes(path.read_bytes()[:2000])
