"""A run that is to be evaluated again and whose photos are gone."""

import shutil
from pathlib import Path

from tests.corpus.builders import write_case_run

command = "evaluate the-run --runs HERE/runs"
refused = "data: no such folder"


def make(here: Path) -> None:
    write_case_run(here)
    shutil.rmtree(here / "data")
