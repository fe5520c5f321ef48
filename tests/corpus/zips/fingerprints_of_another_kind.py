"""Fingerprints that are numbers."""

from pathlib import Path

from tests.corpus.making import changed, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "environment.json: damaged (data.fingerprints"


def make(here: Path) -> None:
    prints = {"train": 1, "test_sets": []}
    run_zip(here, changed("environment.json", data={"path": "/x", "fingerprints": prints}))
