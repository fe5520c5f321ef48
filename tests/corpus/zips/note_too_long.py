"""A note of a million characters."""

import json
from pathlib import Path

from tests.corpus.making import replaced, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "annotations.json: note: at most 4000 characters"


def make(here: Path) -> None:
    run_zip(here, replaced("annotations.json", json.dumps({"note": "x" * 500_000}).encode()))
