"""A file that the manifest tells of and the zip file lacks."""

from pathlib import Path
from typing import Any

from tests.corpus.making import RUN, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "checkpoint/best.safetensors: missing in the zip file"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        listed = told["runs"][RUN]["files"]
        listed["checkpoint/best.safetensors"] = listed["log.txt"]

    run_zip(here, manifest=spoil)
