"""A run that is to be evaluated again and has lost its weights."""

from pathlib import Path

from tests.corpus.builders import write_case_run

command = "evaluate the-run --runs HERE/runs"
refused = "weights.safetensors: missing; only finished runs have it"


def make(here: Path) -> None:
    write_case_run(here)
