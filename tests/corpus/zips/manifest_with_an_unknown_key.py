"""A manifest that tells to run something."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: travel.json: damaged (run: Extra inputs"


def make(here: Path) -> None:
    write_run_zip(here, edit_manifest=lambda told: told.update(run="rm -rf /"))
