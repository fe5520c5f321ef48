"""Evidence in words where the page writes numbers."""

import json
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "diagnosis.json: damaged"


def make(here: Path) -> None:
    def spoil(files: dict[str, bytes]) -> None:
        found = json.loads(files["diagnosis.json"])
        for sign in found["evidence"]["signs"]:
            sign["threshold"] = "high"
        files["diagnosis.json"] = json.dumps(found).encode()

    write_run_zip(here, spoil)
