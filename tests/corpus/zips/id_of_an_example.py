"""A run that calls itself an example."""

import zipfile
from pathlib import Path
from typing import Any

from tests.corpus.making import RUN, run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "example-quick-s0: is an example, which everybody has"


def make(here: Path) -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["runs"] = {"example-quick-s0": told["runs"][RUN]}

    path = run_zip(here, manifest=spoil)
    with zipfile.ZipFile(path) as archive:
        manifest = archive.read("travel.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("travel.json", manifest)
