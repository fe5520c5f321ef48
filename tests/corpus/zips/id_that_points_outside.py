"""A run whose id leads out of the folder of runs."""

import zipfile
from pathlib import Path
from typing import Any

from tests.corpus.making import RUN, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "../../escaped: not the id of a run that can be moved"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"] = {"../../escaped": told["runs"][RUN]}

    path = run_zip(here, manifest=spoil)
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("travel.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("travel.json", manifest)
