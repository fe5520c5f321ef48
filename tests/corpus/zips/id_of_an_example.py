"""A run that calls itself an example."""

import zipfile
from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "example-quick-s0: is an example that everyone has"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"] = {"example-quick-s0": told["runs"][ZIP_RUN_ID]}

    path = write_run_zip(here, edit_manifest=spoil)
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("travel.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("travel.json", manifest)
