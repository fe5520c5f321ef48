"""A file that the manifest tells of and the zip file lacks."""

from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "checkpoint/best.safetensors: missing from the zip file"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        listed = told["runs"][ZIP_RUN_ID]["files"]
        listed["checkpoint/best.safetensors"] = listed["log.txt"]

    write_run_zip(here, edit_manifest=spoil)
