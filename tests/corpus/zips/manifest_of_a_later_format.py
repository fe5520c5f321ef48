"""A manifest of a format that is not known yet."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: travel.json: has format 2; this version reads 1"


def make(here: Path) -> None:
    write_run_zip(here, edit_manifest=lambda told: told.update(format=2))
