"""A run that is to be evaluated again and whose photos are gone."""

import shutil
from pathlib import Path

from tests.corpus.making import run_of

command = "evaluate the-run --runs HERE/runs"
refused = "data: no such folder"


def make(here: Path) -> None:
    run_of(here)
    shutil.rmtree(here / "data")
