"""A checkpoint in which the epoch is a word."""

from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "checkpoint/state.json: damaged (epoch"


def make(here: Path) -> None:
    run_zip(here, replaced("checkpoint/state.json", b'{"epoch": "last", "stage": 1}'))
