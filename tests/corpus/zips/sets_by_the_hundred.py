"""A summary of five hundred test sets."""

import json
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "summary.json: damaged (sets: more than 100 values)"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        summary = json.loads(files["summary.json"])
        found = summary["sets"]["test"]
        summary["sets"] |= {f"set {number}": found for number in range(500)}
        files["summary.json"] = json.dumps(summary).encode()

    write_run_zip(here, spoil)
