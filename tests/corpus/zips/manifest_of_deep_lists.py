"""A manifest of lists in lists in lists."""

import zipfile
from pathlib import Path

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: travel.json: damaged"


def make(here: Path) -> None:
    with zipfile.ZipFile(here / "ada.zip", "w") as archive:
        archive.writestr("travel.json", "[" * 100_000)
