"""A small zip file that unpacks to gigabytes."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: ... log.txt unpacks to over 200 times its size; that is no zip of runs"


def make(here: Path) -> None:
    run_zip(here, replaced("log.txt", b"\0" * 40_000_000))
