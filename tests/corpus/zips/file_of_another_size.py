"""A file that is longer than its manifest tells."""

from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "log.txt: differs from the exported file"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"][ZIP_RUN_ID]["files"]["log.txt"]["size"] = 1

    write_run_zip(here, edit_manifest=spoil)
