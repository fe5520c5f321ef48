"""An id longer than a folder's name can be."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = f"runs show {'x' * 4000} --runs HERE/runs"
refused = "xxxx: not a run id"


def make(here: Path) -> None:
    write_case_run(here)
