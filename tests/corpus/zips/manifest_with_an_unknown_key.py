"""A manifest that tells to run something."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: travel.json: damaged (run: Extra inputs"


def make(here: Path) -> None:
    run_zip(here, manifest=lambda told: told.update(run="rm -rf /"))
