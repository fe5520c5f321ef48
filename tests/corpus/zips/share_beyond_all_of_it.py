"""A share of 7.5 of the evidence inside the boxes."""

import json
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (sets.test.localisation.share: "


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        summary = json.loads(files["summary.json"])
        summary["sets"]["test"]["localisation"]["share"] = 7.5
        files["summary.json"] = json.dumps(summary).encode()

    write_run_zip(here, spoil)
