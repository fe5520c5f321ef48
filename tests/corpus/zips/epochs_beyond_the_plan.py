"""A run that says it has planned more epochs than its recipe does."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "status.json: damaged (epoch 3 of 400000)"


def make(here: Path) -> None:
    write_run_zip(here, update_json("status.json", epochs=400_000))
