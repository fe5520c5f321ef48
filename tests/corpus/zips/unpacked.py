"""A folder that a zip file was unpacked to."""

import zipfile
from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/mine --runs HERE/runs --datasets HERE"
handled = "Ada ... 1 imported"


def make(here: Path) -> None:
    with zipfile.ZipFile(write_run_zip(here)) as archive:
        archive.extractall(here / "mine")
