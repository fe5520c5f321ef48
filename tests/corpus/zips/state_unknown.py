"""A run in a state that there is none."""

from pathlib import Path

from tests.corpus.making import changed, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: damaged (state"


def make(here: Path) -> None:
    run_zip(here, changed("status.json", state="perfect"))
