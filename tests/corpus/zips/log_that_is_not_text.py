"""A log that is a program."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "log.txt: not UTF-8 text"


def make(here: Path) -> None:
    run_zip(here, replaced("log.txt", bytes(range(128, 256))))
