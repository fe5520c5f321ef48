"""An error of a hundred thousand characters."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: damaged (error: more than 20000 characters)"


def make(here: Path) -> None:
    write_run_zip(here, update_json("status.json", error="no " * 40_000))
