"""An optimizer that the manifest tells to be of two gigabytes."""

from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "checkpoint/optimizer.safetensors: larger than 500 MB"


def make(here: Path) -> None:
    name = "checkpoint/optimizer.safetensors"

    def claim(told: dict[str, Any]) -> None:
        told["runs"][ZIP_RUN_ID]["files"][name]["size"] = 1_950_000_000

    write_run_zip(here, replace_file(name, b"x"), claim)
