"""A score without what one answer for all photos would get, with which pages compare it."""

import json
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (sets: a score has no constant)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        summary = json.loads(files["summary.json"])
        summary["sets"]["test"]["scores"]["primary"]["constant"] = None
        files["summary.json"] = json.dumps(summary).encode()

    write_run_zip(here, spoil)
