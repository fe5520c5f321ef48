"""A log that is a program."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "log.txt: not UTF-8 text"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("log.txt", bytes(range(128, 256))))
