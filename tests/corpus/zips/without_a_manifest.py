"""A zip file of something else."""

import zipfile
from pathlib import Path

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: contains no travel.json"


def make(here: Path) -> None:
    with zipfile.ZipFile(here / "ada.zip", "w") as archive:
        archive.writestr("homework.docx", "hello")
