"""A manifest of megabytes of spaces."""

import os
import zipfile
from pathlib import Path

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: travel.json: larger than 10 MB"


def make(here: Path) -> None:
    noise = os.urandom(20_000).hex().encode()
    with zipfile.ZipFile(here / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("travel.json", noise + b" " * 800_000 + noise * 300)
