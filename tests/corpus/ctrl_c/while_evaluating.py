"""While it is looked at what was learned."""

from pathlib import Path

from tests.corpus.builders import current_phase

command = "train FAST --data TINY --runs HERE/runs"
stopped = ""


def moment(runs: Path) -> bool:
    return current_phase(runs) == "evaluating"
