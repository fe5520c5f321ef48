"""A disk that is full when the run is unpacked."""

from pathlib import Path

from tests.corpus.builders import limit_file_size, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "runs: File too large; free some space"


def make(here: Path) -> None:
    write_run_zip(here)


def meanwhile():
    return limit_file_size(1_000)
