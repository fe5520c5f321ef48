"""While torch is loaded, before the run has begun."""

from pathlib import Path

from core.store.run import find_runs

command = "train FAST --data TINY --runs HERE/runs"
stopped = ""
own_process = True


def moment(runs: Path) -> bool:
    return bool(find_runs(runs))
