"""While the machine is measured."""

import shutil
from pathlib import Path

from tests.corpus.builders import current_phase

command = "train FAST --data TINY --runs HERE/runs"
stopped = ""
event = "tempfile.mkdtemp"  # in which the disk is measured


def make(here: Path) -> None:
    shutil.rmtree(here / "runs" / ".speed")


def moment(runs: Path) -> bool:
    return current_phase(runs) == "measuring this machine"
