"""A small zip file that unpacks to gigabytes."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: ... log.txt unpacks to more than 200 times its size; not a zip of runs"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("log.txt", b"\0" * 40_000_000))
