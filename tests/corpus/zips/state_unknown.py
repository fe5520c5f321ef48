"""A run in a state that there is none."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: damaged (state"


def make(here: Path) -> None:
    write_run_zip(here, update_json("status.json", state="perfect"))
