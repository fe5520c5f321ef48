"""A run of a format that is not known yet."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "environment.json: has format 2; this version reads 1"


def make(here: Path) -> None:
    write_run_zip(here, update_json("environment.json", format=2))
