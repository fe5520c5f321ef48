"""A run whose id leads out of the folder of runs."""

import zipfile
from pathlib import Path
from typing import Any

from tests.corpus.builders import ZIP_RUN_ID, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "../../escaped: not a transferable run id"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"] = {"../../escaped": told["runs"][ZIP_RUN_ID]}

    path = write_run_zip(here, edit_manifest=spoil)
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("travel.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("travel.json", manifest)
