"""A checkpoint in which the epoch is a word."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "checkpoint/state.json: damaged (epoch"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("checkpoint/state.json", b'{"epoch": "last", "stage": 1}'))
