"""A manifest whose hashes are none."""

from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: travel.json: damaged ( ... sha256"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"][ZIP_RUN_ID]["files"]["log.txt"]["sha256"] = "0"

    write_run_zip(here, edit_manifest=spoil)
