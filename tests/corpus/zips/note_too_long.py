"""A note of a million characters."""

import json
from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "annotations.json: note: at most 4000 characters"


def make(here: Path) -> None:
    write_run_zip(
        here, replace_file("annotations.json", json.dumps({"note": "x" * 500_000}).encode())
    )
