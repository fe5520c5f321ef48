"""While the machine is measured."""

from pathlib import Path

from tests.corpus.making import phase

command = "train FAST --data TINY --runs HERE/runs"
stopped = ""


def moment(runs: Path) -> bool:
    return phase(runs) == "measuring this machine"
