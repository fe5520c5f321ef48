"""A program beside the run, of which the manifest tells nothing."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: holds virus.py, which its travel.json does not tell of"


def make(here: Path) -> None:
    run_zip(here, more={"virus.py": b"print()"})
