"""Fingerprints that are numbers."""

from pathlib import Path

from tests.corpus.builders import update_json, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "environment.json: damaged (data.fingerprints"


def make(here: Path) -> None:
    prints = {"train": 1, "test_sets": []}
    write_run_zip(
        here, update_json("environment.json", data={"path": "/x", "fingerprints": prints})
    )
