"""After an epoch, whose checkpoint is kept."""

from pathlib import Path

command = "train FAST --data TINY --runs HERE/runs"
stopped = ""


def moment(runs: Path) -> bool:
    return any(runs.glob("*/checkpoint"))
