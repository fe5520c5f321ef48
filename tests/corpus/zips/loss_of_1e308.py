"""A loss that no arithmetic bears."""

import json
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (validation.loss: 1e+308 is not a plausible value)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        summary = json.loads(files["summary.json"])
        summary["validation"]["loss"] = 1e308
        files["summary.json"] = json.dumps(summary).encode()

    write_run_zip(here, spoil)
