"""A disk that is full when the run is unpacked."""

from pathlib import Path

from tests.corpus.making import largest_file, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "runs: File too large; free some space"


def make(here: Path) -> None:
    run_zip(here)


def meanwhile():
    return largest_file(1_000)
